"""ID tokens: OpenID Connect Core section 2, and nothing in them that was not asked for."""

import base64
import hashlib
import json
from typing import Any

import pytest

from tests.support.back_channel import ALL_SCOPES, BackChannelClient
from tests.support.harness import Harness, Someone


def header(token: str) -> dict[str, Any]:
    part = token.partition(".")[0]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_claims_are_exactly_those_of_the_standard(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Conformance: any other claim is a warning, also with all scopes granted (Core section 5.4)."""
    answer = rp.tokens(jane, scopes=ALL_SCOPES)
    claims, now = rp.claims_of(answer["id_token"], "JWT"), harness.clock.now()
    assert len(claims.pop("jti")) >= 16
    hashed = hashlib.sha256(answer["access_token"].encode()).digest()[:16]
    assert claims == {
        "iss": "https://id.example.test",
        "aud": "web",
        "azp": "web",
        "sub": jane.id,
        "iat": now,
        "exp": now + 300,
        "auth_time": now - 60,
        "acr": "mfa",
        "amr": ["pwd", "otp", "mfa"],
        "sid": "sid-1",
        "nonce": "n-1",
        "at_hash": base64.urlsafe_b64encode(hashed).rstrip(b"=").decode(),
    }


def test_a_remembered_sign_in_says_so(rp: BackChannelClient, jane: Someone) -> None:
    """Mission: the skipped factor is never listed."""
    answer = rp.tokens(jane, acr="remembered", amr=["pwd"])
    for claims in (rp.claims_of(answer["id_token"], "JWT"), rp.claims_of(answer["access_token"])):
        assert claims["acr"] == "remembered"
    assert rp.claims_of(answer["id_token"], "JWT")["amr"] == ["pwd"]


@pytest.mark.module("oidcc-idtoken-rs256", "oidcc-idtoken-signature")
@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_algorithm_is_the_registered_one(harness: Harness, jane: Someone, alg: str) -> None:
    """Registration 1.0 `id_token_signed_response_alg`; `kid` always."""
    rp = BackChannelClient(harness, "chooser", id_token_signed_response_alg=alg)
    answer = rp.tokens(jane)
    assert header(answer["id_token"])["alg"] == alg
    assert header(answer["id_token"])["kid"]
    hashed = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(answer["access_token"].encode()).digest()
    half = base64.urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()
    assert rp.claims_of(answer["id_token"], "JWT")["at_hash"] == half


@pytest.mark.module("oidcc-idtoken-rs256", "oidcc-idtoken-signature")
def test_default_algorithm_is_rs256(rp: BackChannelClient, jane: Someone) -> None:
    """The access token takes the fast one."""
    answer = rp.tokens(jane)
    assert header(answer["id_token"]) | {"kid": ""} == {"alg": "RS256", "typ": "JWT", "kid": ""}
    assert header(answer["access_token"]) | {"kid": ""} == {"alg": "ES256", "typ": "at+jwt", "kid": ""}


def test_claims_asked_for_one_by_one_are_in_it(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Core section 5.5; unknown and empty claims are left out."""
    asked = {"id_token": {"email": {"essential": True}, "second_factor_at": None, "phone_number": None, "x": None}}
    claims = rp.claims_of(rp.tokens(jane, claims=asked)["id_token"], "JWT")
    assert claims["email"] == "jane@example.test"
    assert claims["second_factor_at"] == harness.clock.now() - 60
    assert not {"phone_number", "x", "email_verified"} & claims.keys()


@pytest.mark.parametrize("asked", [{}, {"id_token": None}, {"id_token": {"sub": {"value": "another"}, "iss": None}}])
def test_claims_parameter_never_replaces_what_we_say(
    rp: BackChannelClient, jane: Someone, asked: dict[str, Any]
) -> None:
    claims = rp.claims_of(rp.tokens(jane, claims=asked)["id_token"], "JWT")
    assert (claims["sub"], claims["iss"]) == (jane.id, "https://id.example.test")


def test_no_nonce_when_none_was_sent(rp: BackChannelClient, jane: Someone) -> None:
    assert "nonce" not in rp.claims_of(rp.tokens(jane, nonce=None)["id_token"], "JWT")


def test_claims_of_the_scopes_are_in_the_id_token_of_a_client_that_wants_them(harness: Harness) -> None:
    """Some well-known apps read name and address there only; of those scopes, and of no others."""
    rp = BackChannelClient(harness, "reader", id_token_scope_claims=True)
    answer = rp.tokens(harness.person("max", email_verified=True), scopes=("openid", "email", "offline_access"))
    claims = rp.claims_of(answer["id_token"], "JWT")
    assert (claims["email"], claims["email_verified"]) == ("max@example.test", True)
    assert "name" not in claims
    refreshed = rp.refresh(answer["refresh_token"]).json or {}
    assert rp.claims_of(refreshed["id_token"], "JWT")["email"] == "max@example.test"
    narrow = rp.refresh(refreshed["refresh_token"], scope="openid").json or {}
    assert "email" not in rp.claims_of(narrow["id_token"], "JWT")


def test_claims_of_the_scopes_never_replace_those_of_the_sign_in(harness: Harness) -> None:
    """A profile that came from an import holds whatever it held."""
    rp = BackChannelClient(harness, "reader", id_token_scope_claims=True)
    person = harness.person("max", profile={"name": "Max", "acr": "phrh", "amr": "x", "sub": "y", "aud": "z"})
    claims = rp.claims_of(rp.tokens(person, scopes=ALL_SCOPES)["id_token"], "JWT")
    assert (claims["name"], claims["acr"], claims["sub"], claims["aud"]) == ("Max", "mfa", person.id, "reader")
