"""oauth2-proxy, with the settings that the product prints for it."""

from pathlib import Path

from tests.clients import installs, recipes
from tests.support.product import LOCALHOST, Product


def test_a_person_signs_in_with_the_printed_settings(product: Product, tmp_path: Path) -> None:
    program = installs.go_program("oauth2-proxy")
    port, base = recipes.new_base()
    pasted = recipes.paste(product, "oauth2-proxy", "proxy", base)
    settings = tmp_path / "oauth2-proxy.toml"
    settings.write_text(pasted.replace('cookie_secret = "..."', f'cookie_secret = "{32 * "s"}"'))
    person = recipes.new_person(product, "proxied")
    log = tmp_path / "log"
    with recipes.running([program, "--config", settings, "--http-address", f"{LOCALHOST}:{port}"], port, log):
        person.get(f"{base}/oauth2/start?rd=/oauth2/userinfo")
        assert person.at.startswith(f"{product.issuer}/login/"), (person.at, person.page.text, log.read_text())
        person.sign_in()
        assert person.at == f"{base}/oauth2/userinfo", (person.at, person.page.text, log.read_text())
        assert person.page.json()["email"] == "proxied@example.test"
        assert person.page.json()["preferredUsername"] == "proxied"
    assert product.command.run("audit", "--client", "proxy", "--outcome", "failure").stdout == ""
