"""Auth.js and express-openid-connect, each with the settings that the product prints for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import node_party, recipes
from tests.support.http_person import HttpPerson
from tests.support.product import Product

SOURCES = Path(__file__).parent / "node_apps"
PROGRAM = """\
import express from 'express'
const app = express()
{pasted}
app.get('/', (request, response) => response.json(request.oidc?.user ?? {{}}))
app.listen({port}, 'localhost')
"""
SECRET = "only-this-test-knows-it-and-it-is-long-enough"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The locked dependencies, installed."""
    return node_party.install(tmp_path_factory.mktemp("node-apps") / "app", SOURCES)


@pytest.fixture
def app(product: Product, folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an app of the kind that the test names."""
    kind: str = request.param
    port, base = recipes.new_base()
    program = folder / f"{kind}.mjs"
    program.write_text(PROGRAM.format(pasted=recipes.paste(product, kind, kind, base), port=port))
    secrets = {"AUTH_SECRET": SECRET, "SESSION_SECRET": SECRET}
    with recipes.running(["node", program], port, tmp_path / "log", **secrets):
        yield base
    assert product.command.run("audit", "--client", kind, "--outcome", "failure").stdout == ""


@pytest.mark.parametrize("app", ["authjs"], indirect=True)
def test_authjs_shows_a_person_with_a_name(product: Product, app: str) -> None:
    person = recipes.new_person(product, "authjs")
    person.get(f"{app}/auth/signin")
    person.submit(action="/auth/signin/countersign")
    _sign_in(product, person)
    user = person.get(f"{app}/auth/session").json()["user"]
    assert (user["name"], user["email"]) == ("Authjs", "authjs@example.test")


@pytest.mark.parametrize("app", ["express"], indirect=True)
def test_express_openid_connect_signs_in_and_out(product: Product, app: str) -> None:
    person = recipes.new_person(product, "express")
    person.get(f"{app}/login")
    _sign_in(product, person)
    assert person.at == app
    user = person.page.json()
    assert (user["name"], user["email"]) == ("Express", "express@example.test")
    person.get(f"{app}/logout")
    assert person.at.endswith("/identify"), "back at the app, which asks the provider, where nobody is signed in"
    with_way_back = product.command.run("audit", "--event", "sign_out.target_refused").stdout
    assert "client_id=express" not in with_way_back, "the address to return to is registered"


def _sign_in(product: Product, person: HttpPerson) -> None:
    assert person.at.startswith(f"{product.issuer}/login/"), (person.at, person.page.text)
    person.sign_in()
