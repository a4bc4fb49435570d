"""Three libraries for Django, each with the settings that the product prints for it."""

import sys
from pathlib import Path

import pytest

from tests.clients import recipes
from tests.support.product import Product

PROGRAM = Path(__file__).with_name("django_app.py")
BEGIN = {
    "django-allauth": "/accounts/oidc/countersign/login/",
    "mozilla-django-oidc": "/oidc/authenticate/",
    "python-social-auth": "/begin/",
}


@pytest.mark.parametrize("kind", BEGIN)
def test_a_person_signs_in_with_the_printed_settings(product: Product, tmp_path: Path, kind: str) -> None:
    port, base = recipes.new_base()
    pasted = tmp_path / "pasted.py"
    pasted.write_text(recipes.paste(product, kind, kind, base))
    person = recipes.new_person(product, f"dj-{kind}")
    log = tmp_path / "log"
    with recipes.running([sys.executable, PROGRAM, kind, str(port), pasted], port, log):
        person.get(base + BEGIN[kind])
        if person.at.endswith("/begin/"):
            person.submit()
        assert person.at.startswith(f"{product.issuer}/login/"), (person.at, person.page.text, log.read_text())
        person.sign_in()
        assert person.at == f"{base}/", (person.at, person.page.text[-2000:], log.read_text())
        assert person.page.json()["email"] == f"dj-{kind}@example.test"
    assert product.command.run("audit", "--client", kind, "--outcome", "failure").stdout == ""
