"""The recipes in `clients/README.md`, made from the product; `python -m tests.support.recipes_page` writes them."""

from pathlib import Path

from idp.admin.recipes import RECIPES, settings_for

PAGE = Path(__file__).parents[2] / "clients" / "README.md"
BEGIN, END = "<!-- Made from idp/admin/recipes; do not edit. -->\n", "<!-- End of recipes. -->\n"
UNTESTED = "These settings were written from its documentation; our tests do not run this software."
ISSUER, APP, SECRET = "https://id.example.com", "https://app.example.com", "..."


def render() -> str:
    """The recipes as they should be."""
    return "\n".join(_section(name) for name in RECIPES)


def _section(name: str) -> str:
    recipe = RECIPES[name]
    address = f" --url {APP}" if recipe.callback else ""
    options = " --scope orders:read" if name == "service" else ""
    command = f'idp clients add shop --name "Shop" --for {name}{address}{options}'
    paste = settings_for(name, issuer=ISSUER, client_id="shop", secret=SECRET, url=APP)
    note = f"\n{recipe.note}\n" if recipe.note else ""
    note += "" if recipe.tested else f"\n{UNTESTED}\n"
    return f"### {recipe.title}\n\n```sh\n{command}\n```\n```{recipe.language}\n{paste}```\n{note}"


def page() -> str:
    """The page with the recipes replaced."""
    before, _begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{render()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
