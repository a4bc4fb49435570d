"""Introspection: RFC 7662; and RFC 9470 section 6.2: acr and auth_time are told."""

from typing import Any

import pytest

from idp.persistence.users import DISABLED
from tests.support.back_channel import BackChannelClient, refused
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.jws import with_wrong_signature

DEAD = {"active": False}


def test_an_access_token_is_described(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """RFC 7662 section 2.2; no user name."""
    token = rp.tokens(jane, scopes=("openid", "email"))["access_token"]
    response = rp.introspect(token)
    assert response.headers["Cache-Control"] == "no-store"
    now = harness.clock.now()
    assert (response.json or {}) | {"jti": ""} == {
        "active": True,
        "token_type": "Bearer",
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": jane.id,
        "client_id": "web",
        "scope": "openid email",
        "iat": now,
        "exp": now + 300,
        "jti": "",
        "acr": "mfa",
        "auth_time": now - 60,
    }


def test_a_refresh_token_is_described(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    now = harness.clock.now()
    assert rp.introspect(rp.tokens(jane, expires_at=now + 99)["refresh_token"]).json == {
        "active": True,
        "sub": jane.id,
        "client_id": "web",
        "scope": "openid offline_access",
        "iat": now,
        "exp": now + 99,
        "acr": "mfa",
        "auth_time": now - 60,
    }


def test_an_apps_own_token_is_described(rp: BackChannelClient) -> None:
    answer = rp.introspect((rp.client_credentials().json or {})["access_token"]).json or {}
    assert (answer["active"], answer["sub"]) == (True, "web")
    assert "acr" not in answer


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "id_token", "nonsense\u2603"])
def test_any_hint_is_ignored(rp: BackChannelClient, jane: Someone, hint: str) -> None:
    """RFC 7662 section 2.1: the server may ignore it, an unknown one as well."""
    answer = rp.tokens(jane)
    for name in ("access_token", "refresh_token"):
        assert (rp.introspect(answer[name], token_type_hint=hint).json or {})["active"]


def test_a_foreign_client_learns_nothing(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """RFC 7662 section 2.2: only `active`, and false."""
    stranger, answer = BackChannelClient(harness, "stranger"), rp.tokens(jane)
    own = (rp.client_credentials().json or {})["access_token"]
    for token in (answer["access_token"], answer["refresh_token"], own):
        assert stranger.introspect(token).json == DEAD


def test_what_is_no_token_of_that_kind_is_inactive(rp: BackChannelClient, jane: Someone) -> None:
    answer = rp.tokens(jane)
    for token in ("x", "a.b.c", "..", "\u2603", answer["id_token"], with_wrong_signature(answer["access_token"])):
        assert rp.introspect(token).json == DEAD


def test_spent_expired_and_revoked_tokens_are_inactive(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    used = rp.tokens(jane)
    fresh = rp.refresh(used["refresh_token"]).json or {}
    assert rp.introspect(used["refresh_token"]).json == DEAD
    rp.revoke(fresh["access_token"])
    assert rp.introspect(fresh["access_token"]).json == DEAD
    assert rp.introspect(used["access_token"]).json != DEAD
    harness.clock.advance(300)
    assert rp.introspect(used["access_token"]).json == DEAD
    rp.revoke(fresh["refresh_token"])
    assert rp.introspect(fresh["refresh_token"]).json == DEAD


def test_a_refresh_token_past_the_grants_end_is_inactive(
    harness: Harness, rp: BackChannelClient, jane: Someone
) -> None:
    token = rp.tokens(jane, expires_at=harness.clock.now() + 1)["refresh_token"]
    harness.clock.advance(1)
    assert rp.introspect(token).json == DEAD


def test_tokens_of_a_disabled_person_are_inactive(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    answer = rp.tokens(jane)
    with harness.services.database.write() as tx:
        user = tx.users.by_id(jane.id)
        assert user
        tx.users.set_status(user, DISABLED)
    assert [rp.introspect(answer[name]).json for name in ("access_token", "refresh_token")] == [DEAD, DEAD]


@pytest.mark.parametrize("form", [{}, {"token": ""}])
def test_a_missing_token_is_named(rp: BackChannelClient, form: dict[str, Any]) -> None:
    response = rp.post("/introspect", form)
    refused(response, "invalid_request")
    assert "token" in (response.json or {})["error_description"]
