"""`idp clients add --for`: what well-known software needs is registered, and what to paste is printed."""

import dataclasses

import pytest

from idp.admin.client_rules import Registration
from idp.admin.recipes import RECIPES
from tests.support import recipes_page
from tests.support.back_channel import BackChannelClient
from tests.support.command import Command
from tests.support.harness import Harness
from tests.support.tables import count

URL = "https://app.example.test"
NAMED = (
    "flask", "openid-client", "spring", "aspnet", "django-allauth", "mozilla-django-oidc", "python-social-auth",
    "jupyterhub", "streamlit", "synapse", "pgadmin", "authjs", "express", "oauth2-proxy", "apache", "grafana",
    "nextcloud", "gitlab", "go", "browser", "cli", "service", "device", "ciba",
)  # fmt: skip


@pytest.fixture
def command(harness: Harness) -> Command:
    return Command.of(harness.settings)


def test_the_named_software_is_there() -> None:
    assert tuple(RECIPES) == NAMED


@pytest.mark.parametrize("software", RECIPES)
def test_each_registers_an_app_and_prints_its_settings(harness: Harness, command: Command, software: str) -> None:
    recipe = RECIPES[software]
    address = ("--url", f"{URL}/") if recipe.callback else ()
    told = command.read("clients", "add", "shop", "--name", "Shop", "--for", software, *address)
    shown = command.read("clients", "show", "shop")
    assert {name: shown[name] for name in recipe.fields} == {
        name: list(value) if isinstance(value, tuple) else value for name, value in recipe.fields.items()
    }
    if recipe.callback:
        assert shown["redirect_uris"] == [URL + recipe.callback]
        assert shown["post_logout_redirect_uris"] == [URL + recipe.signed_out]
        assert shown["client_uri"] == f"{URL}/"
    assert told["issuer"] == harness.settings.issuer
    assert "shop" in told["settings"]
    assert harness.settings.issuer in told["settings"]
    assert told.get("client_secret", "") in told["settings"]
    assert "$" not in told["settings"]


def test_it_is_printed_for_people_too(harness: Harness, command: Command) -> None:
    said = command.done("clients", "add", "shop", "--name", "Shop", "--for", "spring", "--url", URL)
    issuer = harness.settings.issuer
    for words in (
        issuer,
        f"{issuer}/.well-known/openid-configuration",
        "client secret:",
        "withPkce",
        "Spring Security",
    ):
        assert words in said
    assert "better turn it on" in said


def test_options_go_before_the_recipe(command: Command) -> None:
    wanted = ("--for", "spring", "--redirect-uri", f"{URL}/own", "--pkce", "required", "--scope", "openid")
    command.done("clients", "add", "shop", "--name", "Shop", *wanted)
    shown = command.read("clients", "show", "shop")
    assert (shown["redirect_uris"], shown["require_pkce"], shown["scopes"]) == ([f"{URL}/own"], True, ["openid"])


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--for", "spring"), 1, "--url https://app.example.com"),
        (("--for", "spring", "--url", "http://app.example.test"), 1, "cannot be a redirect URI"),
        (("--for", "cli", "--first-party"), 1, "RFC 8252"),
        (("--for", "wordpress", "--url", URL), 2, "'spring'"),
        (("--url", URL), 2, "goes with --for"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    harness: Harness, command: Command, options: tuple[str, ...], code: int, says: str
) -> None:
    assert says in command.refused("clients", "add", "shop", "--name", "Shop", *options, code=code)
    assert count(harness, "clients") == 0


def test_a_service_gets_a_token(harness: Harness, command: Command) -> None:
    wanted = ("--for", "service", "--scope", "orders:read")
    secret = command.read("clients", "add", "robot", "--name", "Robot", *wanted)["client_secret"]
    rp = BackChannelClient(harness, "unused")
    rp.app = dataclasses.replace(rp.app, client_id="robot", secret=secret)
    token = (rp.client_credentials().json or {})["access_token"]
    assert rp.claims_of(token)["scope"] == "orders:read"


def test_recipes_name_fields_of_a_registration() -> None:
    fields = {field.name for field in dataclasses.fields(Registration)}
    assert {name for recipe in RECIPES.values() for name in recipe.fields} <= fields


def test_the_page_shows_what_is_printed() -> None:
    """`python -m tests.support.recipes_page` writes it."""
    assert recipes_page.PAGE.read_text(encoding="utf-8") == recipes_page.page()
