"""`idp clients apply` and `export`: apps kept in a file, and registered as it says."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.harness import App, Harness
from tests.support.relying_party import RelyingParty
from tests.support.tables import events, rows

SHOP: dict[str, Any] = {
    "client_name": "Shop",
    "redirect_uris": ["https://shop.example.test/callback"],
    "backchannel_logout_uri": "https://shop.example.test/logout-token",
    "scopes": ["openid", "profile", "groups"],
    "first_party": True,
    "min_acr": "mfa",
    "access_token_lifetime": 60,
    "security_profile": "strict",
    "default_acr_values": ["mfa"],
    "restricted": True,
    "allowed_users": ["jane"],
    "allowed_groups": ["Staff"],
    "claims": [
        {
            "claim": "role",
            "source": "constant",
            "value": "buyer",
            "targets": ["userinfo"],
            "multiple": False,
            "scope": "profile",
        }
    ],
}
CRM: dict[str, Any] = {"client_name": "CRM", "redirect_uris": ["https://crm.example.test/callback"]}
MANUAL = Path(__file__).parents[3] / "docs/how-to/manage-people-and-apps.md"


@pytest.fixture
def command(harness: Harness) -> Command:
    harness.person("jane")
    made = Command.of(harness.settings)
    made.done("groups", "add", "Staff")
    return made


def write(path: Path, **apps: object) -> str:
    (path / "apps.json").write_text(json.dumps(apps), encoding="utf-8")
    return str(path / "apps.json")


def test_a_file_is_registered_changed_and_found_unchanged(harness: Harness, command: Command, tmp_path: Path) -> None:
    added = command.read("clients", "apply", write(tmp_path, shop=SHOP, crm=CRM))
    assert [(each["client_id"], each["result"]) for each in added] == [("shop", "added"), ("crm", "added")]
    assert all(len(each["client_secret"]) >= 43 for each in added)
    assert "unchanged shop\nunchanged crm\n" in command.done("clients", "apply", str(tmp_path / "apps.json"))

    other = {name: value for name, value in SHOP.items() if name not in {"min_acr", "allowed_groups", "claims"}}
    printed = command.done("clients", "apply", write(tmp_path, shop=other | {"client_name": "Store"}))
    assert "changed shop: allowed_group_ids, client_name, min_acr, claims" in printed
    assert "secret" not in printed
    shown = command.read("clients", "show", "shop")
    assert (shown["client_name"], shown["min_acr"], shown["access_token_lifetime"]) == ("Store", None, 60)
    assert command.read("clients", "show", "crm")["client_name"] == "CRM"
    assert events(harness, "client.added") == 2


def test_what_is_exported_is_applied_without_a_change(harness: Harness, command: Command, tmp_path: Path) -> None:
    command.done("clients", "apply", write(tmp_path, shop=SHOP))
    command.done("clients", "add", "cli", "--name", "Tool", "--public", "--redirect-uri", "http://127.0.0.1/callback")
    exported = command.done("clients", "export")
    assert json.loads(exported)["shop"] == SHOP
    assert list(json.loads(command.done("clients", "export", "cli"))) == ["cli"]
    (tmp_path / "all.json").write_text(exported)
    before = rows(harness)
    assert command.done("clients", "apply", str(tmp_path / "all.json")) == "unchanged cli\nunchanged shop\n"
    assert rows(harness) == before


def test_the_example_of_the_manual_is_registered_and_its_secret_works(
    harness: Harness, command: Command, tmp_path: Path
) -> None:
    example = MANUAL.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    (tmp_path / "apps.toml").write_text(example + "first_party = true\n", encoding="utf-8")
    (applied,) = command.read("clients", "apply", str(tmp_path / "apps.toml"))
    app = RelyingParty(harness, "other").twin()
    app.app = App("shop", applied["client_secret"], "https://shop.example.com/callback")
    joan = harness.person("joan", totp=True)
    assert app.tokens_from(app.sign_in(Browser(harness), joan))["access_token"]


@pytest.mark.parametrize("file", ["apps.json", "apps.toml"])
def test_a_file_with_a_byte_order_mark_is_read(command: Command, tmp_path: Path, file: str) -> None:
    toml = '[crm]\nclient_name = "CRM"\nredirect_uris = ["https://crm.example.test/callback"]\n'
    text = toml if file.endswith("toml") else json.dumps({"crm": CRM})
    (tmp_path / file).write_text(text, encoding="utf-8-sig")
    assert "added crm" in command.done("clients", "apply", "--dry-run", str(tmp_path / file))


def test_a_dry_run_stores_nothing(harness: Harness, command: Command, tmp_path: Path) -> None:
    before = rows(harness)
    printed = command.done("clients", "apply", "--dry-run", write(tmp_path, shop=SHOP))
    assert printed == "added shop\nNothing was stored: this was a dry run.\n"
    assert rows(harness) == before


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"client_nam": "x"}, "shop.client_nam: There is no such member."),
        ({"redirect_uris": "https://shop.example.test"}, "shop.redirect_uris: This must be a list of texts."),
        ({"redirect_uris": [1]}, "shop.redirect_uris: This must be a list of texts."),
        ({"first_party": "yes"}, "shop.first_party: This must be true or false."),
        ({"access_token_lifetime": True}, "shop.access_token_lifetime: This must be a whole number."),
        ({"client_name": None}, "shop.client_name: This must be a text."),
        ({"redirect_uris": ["http://shop.example.test/callback"]}, "shop: 'http://shop.example.test/callback'"),
        ({"allowed_users": ["nobody"]}, "There is no user 'nobody'"),
        ({"allowed_groups": ["nobody"]}, "There is no group 'nobody'"),
        ({"claims": [{"claim": "sub"}]}, "claim"),
        ({"claims": {}}, "Claims are a JSON array"),
        ({"client_id": "x"}, "shop.client_id: There is no such member."),
    ],
)
def test_one_fault_and_no_app_of_the_file_is_stored(
    harness: Harness, command: Command, tmp_path: Path, members: dict[str, Any], says: str
) -> None:
    before = rows(harness)
    assert says in command.refused("clients", "apply", write(tmp_path, crm=CRM, shop=CRM | members))
    assert rows(harness) == before


def test_a_new_app_needs_a_name_and_every_app_is_an_object(command: Command, tmp_path: Path) -> None:
    refused = command.refused("clients", "apply", write(tmp_path, crm={}, shop="Shop"))
    assert "crm.client_name: " in refused
    assert "shop: An app is an object" in refused


@pytest.mark.parametrize(("name", "content"), [("a.json", "{"), ("a.toml", "[shop"), ("a.json", "[]")])
def test_what_is_no_such_file_is_refused(command: Command, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert name in command.refused("clients", "apply", str(tmp_path / name))
