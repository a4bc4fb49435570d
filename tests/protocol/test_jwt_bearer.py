"""Assertions of trusted issuers as grants: RFC 7523 sections 2.1 and 3, RFC 7521 section 4.1."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from idp.persistence.transaction import Transaction
from tests.support import tables
from tests.support.apis import ORDERS, READ, WRITE, ResourceServer
from tests.support.back_channel import refused
from tests.support.command import Command
from tests.support.concurrency import CROWD, rush
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.jws import hmac_signed, unsigned
from tests.support.receiver import Asked, receiver
from tests.support.trusted_issuers import GRANT, OTHER, PUBLIC, STRANGER, AssertionClient, trust


def test_an_assertion_becomes_a_token_that_nobody_signed_in_for(
    harness: Harness, assertion_client: AssertionClient, orders: ResourceServer, jane: Someone
) -> None:
    """RFC 7523 section 2.1: an access token alone, whose `acr` says that nothing was proven here."""
    trust(harness)
    answer = assertion_client.present(resource=ORDERS).json or {}
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope"}
    claims = assertion_client.claims_of(answer["access_token"])
    assert (claims["sub"], claims["aud"], claims["scope"], claims["acr"]) == (jane.id, ORDERS, READ, "0")
    assert not {"auth_time", "amr", "sid"} & claims.keys()
    assert (orders.introspect(answer["access_token"]).json or {})["acr"] == "0"
    with harness.services.database.write() as tx:
        tx.grants.revoke_for_client("courier", user_id=jane.id)
    assert orders.introspect(answer["access_token"]).json == {"active": False}


@pytest.mark.usefixtures("jane")
def test_without_a_trusted_issuer_there_is_no_grant(harness: Harness, assertion_client: AssertionClient) -> None:
    refused(assertion_client.present(), "invalid_grant")
    trust(harness, clients=["other"])
    refused(assertion_client.present(), "invalid_grant")
    assert tables.events(harness, "token.refused") == 2


@pytest.mark.usefixtures("jane")
def test_the_token_passes_for_no_sign_in(harness: Harness, assertion_client: AssertionClient) -> None:
    """RFC 9470: our own API asks for a sign-in; no ID token and no userinfo, even if somebody registered `openid`."""
    trust(harness, scopes=["security", "openid", "offline_access"])
    answer = assertion_client.present(scope="security").json or {}
    refused(assertion_client.get("/api/security", answer["access_token"]), "insufficient_user_authentication", 401)
    assert "id_token" not in (assertion_client.present().json or {})
    demanding = AssertionClient(harness, "demanding", min_acr="mfa")
    with harness.services.database.write() as tx:
        tx.trusted_issuers.change(OTHER, {"clients": ["demanding"]})
    refused(demanding.present(), "invalid_grant")


WRONG: list[dict[str, Any]] = [
    {"key": STRANGER},
    {"header": {"typ": "at+jwt"}},
    {"header": {"kid": "k2"}},
    {"header": {"jwk": PUBLIC["keys"][0]}},
    {"iss": "https://evil.test"},
    {"iss": None},
    {"iss": "a\x00b"},
    {"aud": "https://evil.test"},
    {"aud": [ISSUER, "https://evil.test"]},
    {"aud": None},
    {"sub": "nobody"},
    {"sub": "jane@example.test"},
    {"sub": "\x00"},
    {"sub": None},
    {"sub": 1},
    {"jti": None},
    {"jti": "x" * 256},
    {"exp": None},
    {"exp": 1},
    {"exp": 9_999_999_999},
    {"exp": 1e308},
    {"nbf": 9_999_999_999},
    {"client_id": "other"},
]


@pytest.mark.usefixtures("jane")
def test_faulty_assertions_are_refused_alike(harness: Harness, assertion_client: AssertionClient) -> None:
    """RFC 7523 section 3, RFC 7521 section 4.1.1."""
    trust(harness)
    said = set()
    for wrong in WRONG:
        answer = assertion_client.present(assertion_client.assertion(**wrong))
        refused(answer, "invalid_grant")
        said.add((answer.json or {})["error_description"])
    now = harness.clock.now()
    claims = {"iss": OTHER, "sub": "jane", "aud": ISSUER, "exp": now + 60, "jti": "j"}
    old = assertion_client.assertion(iat=now - 400)
    for token in (
        unsigned({"alg": "none"}, claims),
        hmac_signed(json.dumps(PUBLIC).encode(), {"alg": "HS256"}, claims),
        "a.b.c",
        old,
    ):
        refused(assertion_client.present(token), "invalid_grant")
    assert len(said) == 1
    refused(assertion_client.present(""), "invalid_request")


@pytest.mark.usefixtures("jane")
def test_audience_may_be_the_token_endpoint(harness: Harness, assertion_client: AssertionClient) -> None:
    trust(harness)
    for aud in (f"{ISSUER}/token", [ISSUER]):
        assert (
            assertion_client.present(
                assertion_client.assertion(aud=aud, header={"typ": "authorization-grant+jwt"})
            ).status_code
            == 200
        )


def test_who_is_meant(harness: Harness, assertion_client: AssertionClient, jane: Someone) -> None:
    """By user name, verified address or id, in the claim that the administrator chose; only people who may come in."""
    trust(harness, identifier="email", subject_claim="email")
    refused(assertion_client.present(assertion_client.assertion(email="jane@example.test")), "invalid_grant")
    harness.person("mary", email_verified=True)
    assert assertion_client.present(assertion_client.assertion(sub="x", email="mary@example.test")).status_code == 200
    for unproven in (False, "false"):
        wrong = assertion_client.assertion(email="mary@example.test", email_verified=unproven)
        refused(assertion_client.present(wrong), "invalid_grant")
    refused(assertion_client.present(assertion_client.assertion(sub=None, email="mary@example.test")), "invalid_grant")
    refused(assertion_client.present(assertion_client.assertion(email="jane")), "invalid_grant")
    with harness.services.database.write() as tx:
        tx.trusted_issuers.change(OTHER, {"identifier": "id", "subject_claim": "sub"})
    assert assertion_client.present(assertion_client.assertion(sub=jane.id)).status_code == 200
    refused(assertion_client.present(), "invalid_grant")
    closed = AssertionClient(harness, "closed-app", restricted=True)
    with harness.services.database.write() as tx:
        tx.trusted_issuers.change(OTHER, {"clients": ["courier", "closed-app"]})
        jane_row = tx.users.by_id(jane.id)
        assert jane_row is not None
    refused(closed.present(closed.assertion(sub=jane.id)), "invalid_grant")
    with harness.services.database.write() as tx:
        tx.users.set_status(jane_row, "disabled")
    refused(assertion_client.present(assertion_client.assertion(sub=jane.id)), "invalid_grant")


LOOK_ALIKES = ("jane\uff20example.test", "jane\ufe6bexample.test", "JANE", "\uff4aane", "ja\u200bne", " jane")


@pytest.mark.usefixtures("jane")
def test_a_name_that_only_looks_alike_is_nobody(harness: Harness, assertion_client: AssertionClient) -> None:
    """RFC 7519 section 4.1.2: what the issuer calls a person is compared as it is stored; addresses in any case."""
    trust(harness)
    for sub in LOOK_ALIKES:
        refused(assertion_client.present(assertion_client.assertion(sub=sub)), "invalid_grant")
    harness.person("mike", email_verified=True)
    with harness.services.database.write() as tx:
        tx.trusted_issuers.change(OTHER, {"identifier": "email"})
    for sub in ("mi\u212ae@example.test", "mi\u200bke@example.test"):
        refused(assertion_client.present(assertion_client.assertion(sub=sub)), "invalid_grant")
    assert assertion_client.present(assertion_client.assertion(sub="Mike@Example.test")).status_code == 200


@pytest.mark.usefixtures("jane")
def test_scopes_are_those_of_both(harness: Harness, assertion_client: AssertionClient) -> None:
    trust(harness)
    assert (assertion_client.present().json or {})["scope"] == READ
    assert (assertion_client.present(scope=f"{READ} {READ}").json or {})["scope"] == READ
    refused(assertion_client.present(scope=WRITE), "invalid_scope")
    refused(assertion_client.present(scope="security"), "invalid_scope")
    refused(AssertionClient(harness, "plain", grant_types=["client_credentials"]).present(), "unauthorized_client")
    refused(AssertionClient(harness, "public", token_endpoint_auth_method="none").present(), "invalid_client", 401)


@pytest.mark.parametrize(
    "end",
    [lambda tx: tx.clients.change("courier", {"disabled": True}), lambda tx: tx.trusted_issuers.remove(OTHER)],
    ids=["app", "issuer"],
)
def test_what_ends_while_keys_are_fetched_gets_no_token(local: Harness, end: Callable[[Transaction], object]) -> None:
    """What ends the tokens of an app or an issuer cannot end one that is stored after it."""
    assertion_client = AssertionClient(local)
    local.person("jane")

    def publish(_: Asked) -> tuple[int, bytes]:
        with local.services.database.write() as tx:
            end(tx)
        return 200, json.dumps(PUBLIC).encode()

    with receiver(publish) as server:
        trust(local, jwks=None, jwks_uri=f"{server.origin}/keys")
        refused(assertion_client.present(), "invalid_grant")
    assert tables.count(local, "grants") == 0


def test_keys_are_fetched(local: Harness) -> None:
    """From the address that the administrator registered, once for many assertions."""
    assertion_client, asked = AssertionClient(local), list[Asked]()
    local.person("jane")

    def publish(request: Asked) -> tuple[int, bytes]:
        asked.append(request)
        return 200, json.dumps(PUBLIC).encode()

    with receiver(publish) as server:
        trust(local, jwks=None, jwks_uri=f"{server.origin}/keys")
        assert [assertion_client.present().status_code for _ in range(3)] == [200] * 3
    assert [each.path for each in asked] == ["/keys"]


@pytest.mark.usefixtures("jane")
def test_an_assertion_is_used_once(harness: Harness, assertion_client: AssertionClient) -> None:
    """RFC 7523 section 3 item 7, for thirty-two at once."""
    trust(harness)
    form = {"grant_type": GRANT, "assertion": assertion_client.assertion()}
    answers = [each.status_code for each in rush([lambda: assertion_client.twin().post("/token", form)] * CROWD)]
    assert sorted(answers) == [200, *[400] * (CROWD - 1)]
    assert (tables.count(harness, "assertion_ids"), tables.count(harness, "grants")) == (1, 1)


def test_issuers_are_registered_by_command(harness: Harness, tmp_path: Any) -> None:  # noqa: ANN401 - a path
    command, keys = Command.of(harness.settings), tmp_path / "keys.json"
    keys.write_text(json.dumps(PUBLIC))
    harness.client("courier", scopes=[READ])
    uses = ("--client", "courier", "--scope", READ)
    command.done("trusted-issuers", "add", OTHER, "--jwks-file", str(keys), *uses, "--identifier", "email")
    command.done("trusted-issuers", "set", OTHER, "--jwks-uri", "https://authority.example.test/keys")
    (row,) = json.loads(command.done("trusted-issuers", "list", "--json"))
    assert (row["jwks"], row["jwks_uri"], row["identifier"]) == (None, "https://authority.example.test/keys", "email")
    assert tables.events(harness, "trusted_issuer.changed") == 2
    wrong = ("--jwks-uri", "http://10.0.0.1/", "--client", "nobody", "--scope", "openid", "--longest-life", "1")
    refusal = command.run("trusted-issuers", "add", ISSUER, *wrong).stderr
    for word in ("this server", "https", "nobody", "signed in", "seconds"):
        assert word in refusal
    assert "keys of the issuer are missing" in command.run("trusted-issuers", "add", "https://b.test", *uses).stderr
    misspelt = command.run("trusted-issuers", "set", OTHER, "--scope", "orders:raed").stderr
    assert "None of these apps may have the scope 'orders:raed'" in misspelt
    command.done("trusted-issuers", "remove", OTHER, "--yes")
    assert "no trusted issuer" in command.run("trusted-issuers", "remove", OTHER, "--yes").stderr
