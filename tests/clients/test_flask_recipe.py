"""Authlib for Flask, with the settings that the product prints for it."""

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.clients import recipes
from tests.support.product import Product

COMMAND = re.compile(r"#   (flask --app app run .+)")


@contextlib.contextmanager
def app_as_printed(product: Product, tmp_path: Path, client_id: str) -> Iterator[str]:
    """Run the app by the printed command; its address."""
    port, base = recipes.new_base()
    pasted, log = recipes.paste(product, "flask", client_id, base), tmp_path / "log"
    (tmp_path / "app.py").write_text(pasted)
    printed = COMMAND.search(pasted)
    assert printed, pasted
    environment = {"SECRET_KEY": "only-this-test-knows-it", "PYTHONPATH": str(tmp_path)}
    with recipes.running([sys.executable, "-m", *printed[1].split()], port, log, **environment):
        yield base
    assert f"Running on {base}\n" in log.read_text(), "Flask must name the address that the callback is at"
    assert "Traceback" not in log.read_text()


def test_a_person_signs_in_with_the_printed_settings(product: Product, tmp_path: Path) -> None:
    person = recipes.new_person(product, "flask-person")
    with app_as_printed(product, tmp_path, "flask-app") as base:
        assert 'href="/login"' in person.get(f"{base}/").text
        person.get(f"{base}/login")
        assert person.at.startswith(f"{product.issuer}/login/"), (person.at, person.page.text)
        person.sign_in()
        assert person.at == f"{base}/", (person.at, person.page.text[-2000:])
        assert person.page.json()["email"] == "flask-person@example.test"
    assert product.command.run("audit", "--client", "flask-app", "--outcome", "failure").stdout == ""


def test_a_person_who_cancels_sees_a_page_and_can_sign_in(product: Product, tmp_path: Path) -> None:
    person = recipes.new_person(product, "flask-canceller")
    with app_as_printed(product, tmp_path, "flask-cancelled") as base:
        person.get(f"{base}/login")
        person.submit(choice="cancel")
        assert person.at.startswith(f"{base}/callback?error=access_denied"), person.at
        assert person.page.status_code == 400
        assert "You are not signed in." in person.page.text
        assert 'href="/login"' in person.page.text
