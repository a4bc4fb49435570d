"""`idp clients set`: every field of a registration, under the rules of `add`."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from jwcrypto.jwk import JWK

from idp.admin.client_rules import Registration
from idp.cli.registration import LISTS, REMOVABLE, SINGLE
from idp.persistence.client_metadata import ClientMetadata
from idp.persistence.groups import Group
from idp.persistence.users import User
from tests.support.command import Command
from tests.support.concurrency import rush
from tests.support.harness import Harness
from tests.support.tables import count, events

CALLBACK = "https://app.example.test/callback"
WEB = ("--name", "Web", "--redirect-uri", CALLBACK)
OTHER = "https://other.example.test/cb"
CHANGES: dict[str, tuple[tuple[str, ...], Any]] = {
    "client_name": (("--name", "Shop"), "Shop"),
    "redirect_uris": (("--redirect-uri", OTHER), [OTHER]),
    "post_logout_redirect_uris": (("--post-logout-redirect-uri", OTHER), [OTHER]),
    "web_origins": (("--web-origin", "https://other.example.test"), ["https://other.example.test"]),
    "backchannel_logout_uri": (("--backchannel-logout-uri", OTHER), OTHER),
    "backchannel_logout_session_required": (
        ("--backchannel-logout-session-required", "--backchannel-logout-uri", OTHER),
        True,
    ),
    "grant_types": (("--grant", "authorization_code"), ["authorization_code"]),
    "response_types": (
        ("--add-response-type", "code id_token", "--add-grant", "implicit"),
        ["code", "code id_token"],
    ),
    "scopes": (("--scope", "openid", "--scope", "phone"), ["openid", "phone"]),
    "token_endpoint_auth_method": (("--auth-method", "client_secret_post"), "client_secret_post"),
    "strict_auth_method": (("--strict-auth-method",), True),
    "jwks": (("--auth-method", "private_key_jwt", "--jwks-file", "{jwks}"), None),
    "first_party": (("--first-party",), True),
    "min_acr": (("--min-acr", "mfa"), "mfa"),
    "client_uri": (("--home-page", "https://app.example.test/"), "https://app.example.test/"),
    "default_max_age": (("--default-max-age", "60"), 60),
    "require_pkce": (("--pkce", "optional"), False),
    "id_token_signed_response_alg": (("--id-token-alg", "ES256"), "ES256"),
    "id_token_scope_claims": (("--id-token-claims", "scope"), True),
    "policy_uri": (("--privacy-policy", "https://app.example.test/privacy"), "https://app.example.test/privacy"),
    "tos_uri": (("--terms", "https://app.example.test/terms"), "https://app.example.test/terms"),
    "accent_color": (("--accent-color", "#1d4ed8"), "#1d4ed8"),
    "remembered_device_accepted": (("--no-remembered-device",), False),
    "restricted": (("--restricted",), True),
    "allowed_user_ids": (("--restricted", "--allow-user", "jane"), ["jane-id"]),
    "allowed_group_ids": (("--restricted", "--add-allow-group", "staff"), ["g1"]),
    "access_token_lifetime": (("--access-token-lifetime", "60"), 60),
    "id_token_lifetime": (("--id-token-lifetime", "90"), 90),
    "refresh_token_lifetime": (("--refresh-token-lifetime", "3600"), 3600),
}


@pytest.fixture
def command(harness: Harness) -> Command:
    made = Command.of(harness.settings)
    made.done("clients", "add", "web", *WEB)
    with harness.services.database.write() as tx:
        tx.users.add(User(id="jane-id", username="jane"))
        tx.groups.add(Group("g1", "Staff", "staff"))
    return made


@pytest.fixture
def keys(tmp_path: Path) -> str:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)]}))
    return str(path)


def test_every_field_can_be_changed() -> None:
    fields = {field.name for field in dataclasses.fields(Registration)} - {"client_id", "metadata"}
    assert set(CHANGES) == fields
    assert {*LISTS.values(), *SINGLE.values(), "jwks", "require_pkce", "id_token_scope_claims"} == fields
    assert set(REMOVABLE.values()) < fields


@pytest.mark.parametrize("field", CHANGES)
def test_a_field_is_changed_and_nothing_else(harness: Harness, command: Command, keys: str, field: str) -> None:
    options, expected = CHANGES[field]
    before = command.read("clients", "show", "web")
    said = command.done("clients", "set", "web", *(option.format(jwks=keys) for option in options))
    assert field in said
    after = command.read("clients", "show", "web")
    if field != "jwks":  # keys are not shown
        assert after[field] == expected
    named = said.split(": ", 1)[1].splitlines()[0].rstrip(".").split(", ")
    changed = {name for name in after if after[name] != before[name]} - {"updated_at"}
    assert changed <= {*named, "response_types"}
    with harness.services.database.read() as tx:
        assert tx.audit.latest(event="client.changed")[0].detail == {"changed": sorted(named)}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--redirect-uri", "http://app.example.test/cb"), "cannot be a redirect URI"),
        (("--add-redirect-uri", "javascript:alert(1)"), "cannot be a redirect URI"),
        (("--remove-redirect-uri", CALLBACK), "at least one redirect URI"),
        (("--remove-redirect-uri", OTHER), "There is no redirect-uri"),
        (("--add-scope", "emial"), "Did you mean 'email'?"),
        (("--add-scope", "offline_access", "--remove-grant", "refresh_token"), "needs the grant refresh_token"),
        (("--auth-method", "private_key_jwt"), "needs the client's public keys"),
        (("--public", "--pkce", "optional"), "cannot do without PKCE"),
        (("--public", "--strict-auth-method"), "has no secret"),
        (("--public", "--auth-method", "client_secret_post"), "--public means"),
        (("--public", "--first-party", "--add-redirect-uri", "http://127.0.0.1/cb"), "RFC 8252"),
        (("--name", ""), "shown to people"),
        (("--min-acr", "phrh"), "must be one of pwd"),
        (("--name", "Web"), "like this already"),
        ((), "like this already"),
    ],
)
def test_the_rules_are_those_of_add(harness: Harness, command: Command, options: tuple[str, ...], says: str) -> None:
    before = command.read("clients", "show", "web")
    assert says in command.refused("clients", "set", "web", *options)
    assert command.read("clients", "show", "web") == before
    assert events(harness, "client.changed") == 0


def test_one_more_and_one_less_of_a_list(command: Command) -> None:
    command.done("clients", "set", "web", "--add-redirect-uri", OTHER, "--add-scope", "phone", "--add-scope", "phone")
    shown = command.read("clients", "show", "web")
    assert shown["redirect_uris"] == [CALLBACK, OTHER]
    assert shown["scopes"] == ["openid", "profile", "email", "phone"]
    command.done("clients", "set", "web", "--remove-redirect-uri", CALLBACK, "--remove-scope", "profile")
    shown = command.read("clients", "show", "web")
    assert (shown["redirect_uris"], shown["scopes"]) == ([OTHER], ["openid", "email", "phone"])


def test_a_field_may_be_emptied(command: Command) -> None:
    full = {"--min-acr": "mfa", "--home-page": OTHER, "--default-max-age": "60", "--backchannel-logout-uri": OTHER}
    command.done("clients", "set", "web", *(word for pair in full.items() for word in pair))
    unset = (word for option in full for word in ("--unset", option.removeprefix("--")))
    command.done("clients", "set", "web", *unset)
    shown = command.read("clients", "show", "web")
    assert [shown[REMOVABLE[option.removeprefix("--")]] for option in full] == [None] * 4


def test_a_secret_is_made_when_it_is_needed_and_erased_when_not(harness: Harness, command: Command, keys: str) -> None:
    def accepts(secret: str) -> bool:
        with harness.services.database.read() as tx:
            client = tx.clients.by_id("web")
        return client is not None and client.verify_secret(secret, now=harness.clock.now())

    first = command.read("clients", "rotate-secret", "web", "--grace", "3600")["client_secret"]
    told = command.read("clients", "set", "web", "--auth-method", "client_secret_post")
    assert "client_secret" not in told, "it has one that is good for both"
    assert accepts(first)
    command.done("clients", "set", "web", "--auth-method", "private_key_jwt", "--jwks-file", keys)
    assert not accepts(first)
    told = command.read("clients", "set", "web", "--auth-method", "client_secret_basic", "--unset", "jwks")
    assert accepts(told["client_secret"])
    command.done("clients", "set", "web", "--public")
    assert not accepts(told["client_secret"])


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        ({"token_endpoint_auth_method": "tls_client_auth",
          "metadata": ClientMetadata(tls_client_auth_san_dns="a.test")}, ("--set", "tls_client_auth_san_dns=b.test")),
        ({"token_endpoint_auth_method": "private_key_jwt",
          "metadata": ClientMetadata(jwks_uri="https://app.example.test/jwks")}, ("--public",)),
    ],
    ids=["certificate", "method"],
)  # fmt: skip
def test_other_proofs_end_the_tokens(harness: Harness, before: dict[str, Any], changes: tuple[str, ...]) -> None:
    """Whoever had the old key or certificate may hold them."""
    harness.client("old", grant_types=["authorization_code"], scopes=["openid"], secret_digest=None, **before)
    Command.of(harness.settings).done("clients", "set", "old", *changes)
    with harness.services.database.read() as tx:
        client = tx.clients.by_id("old")
    assert client is not None
    assert client.tokens_not_before > 0


def test_a_scope_from_before_the_rule_stays_while_others_change(harness: Harness) -> None:
    harness.client("old", scopes=["openid", "orders"])
    command = Command.of(harness.settings)
    command.done("clients", "set", "old", "--add-scope", "email")
    assert command.read("clients", "show", "old")["scopes"] == ["openid", "orders", "email"]
    command.done("clients", "set", "old", "--remove-scope", "orders")
    assert "is not a known scope" in command.refused("clients", "set", "old", "--add-scope", "orders")


def test_an_unknown_client_is_a_sentence(command: Command) -> None:
    assert "There is no client 'nobody'" in command.refused("clients", "set", "nobody", "--name", "X")


def test_changes_at_the_same_moment_are_all_kept(harness: Harness, command: Command) -> None:
    """Each reads the list, adds to it and writes it back."""
    from idp.admin import clients

    def add(number: int) -> None:
        with harness.services.database.write() as tx:
            client = clients.find(tx, "web", lock=True)
            present = clients.registration_of(client)
            uris = [*present.redirect_uris, f"https://app.example.test/{number}"]
            clients.change(tx, client, dataclasses.replace(present, redirect_uris=uris), harness.services.entropy)

    rush([lambda number=number: add(number) for number in range(8)])  # type: ignore[misc]  # a lambda has no types
    assert len(command.read("clients", "show", "web")["redirect_uris"]) == 9
    assert count(harness, "clients") == 1
