"""Authlib for Flask, with the settings that the product prints for it."""

import sys
from pathlib import Path

from tests.clients import recipes
from tests.support.product import Product

MORE = """

app.run("localhost", {port})
"""


def test_a_person_signs_in_with_the_printed_settings(product: Product, tmp_path: Path) -> None:
    port, base = recipes.new_base()
    program, log = tmp_path / "program.py", tmp_path / "log"
    program.write_text(recipes.paste(product, "flask", "flask-app", base) + MORE.format(port=port))
    person = recipes.new_person(product, "flask-person")
    environment = {"SECRET_KEY": "only-this-test-knows-it", "PYTHONPATH": ""}
    with recipes.running([sys.executable, program], port, log, **environment):
        person.get(f"{base}/login")
        assert person.at.startswith(f"{product.issuer}/login/"), (person.at, person.page.text, log.read_text())
        person.sign_in()
        assert person.at == f"{base}/", (person.at, person.page.text[-2000:], log.read_text())
        assert person.page.json()["email"] == "flask-person@example.test"
    assert product.command.run("audit", "--client", "flask-app", "--outcome", "failure").stdout == ""
