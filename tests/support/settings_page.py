"""`docs/reference/settings.md`, made from the settings; `python -m tests.support.settings_page` writes it."""

from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from idp.config import CONFIG_FILE, Settings, variable

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"

HEAD = f"""# Settings

Made from [`idp/config`](../../idp/config) by `python -m tests.support.settings_page`; do not edit.

Each setting is an environment variable, or a key in the TOML file that `{CONFIG_FILE}` names (lower case, without
`IDP_`). The environment wins. A name that is no setting is refused, so that a misspelt one cannot leave a default in
force; whatever is wrong is told at once, and nothing starts. Durations are seconds unless the name says otherwise.

| Setting | Default | Allowed | Meaning |
|---|---|---|---|
"""


def render() -> str:
    """The page as it should be."""
    return HEAD + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: FieldInfo) -> str:
    default = "**must be set**" if field.is_required() else f"`{field.default}`" if str(field.default) else ""
    return f"| `{variable(name)}` | {default} | {_allowed(field)} | {field.description} |\n"


def _allowed(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(field.annotation))
    bounds = {type(bound).__name__: bound for bound in field.metadata}
    least, most = (getattr(bounds.get(kind), kind.lower(), None) for kind in ("Ge", "Le"))
    if most is None:
        return "" if least is None else f"from {least}"
    return f"{least} to {most}"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
