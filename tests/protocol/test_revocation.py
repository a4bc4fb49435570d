"""Revocation: RFC 7009."""

import pytest

from tests.support import tables
from tests.support.back_channel import BackChannelClient, refused
from tests.support.harness import Harness, Someone


def test_a_refresh_token_ends_its_grant(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """RFC 7009 section 2.1: access tokens of the same grant as well."""
    answer = rp.tokens(jane)
    assert rp.revoke(answer["refresh_token"]).status_code == 200
    refused(rp.refresh(answer["refresh_token"]), "invalid_grant")
    assert rp.userinfo(answer["access_token"]).status_code == 401
    assert tables.events(harness, "token.revoked", "success") == 1


def test_a_spent_refresh_token_ends_its_grant_too(rp: BackChannelClient, jane: Someone) -> None:
    """An app that lost the next one must still be able to end it."""
    answer = rp.tokens(jane)
    after = rp.refresh(answer["refresh_token"]).json or {}
    rp.revoke(answer["refresh_token"])
    assert rp.userinfo(after["access_token"]).status_code == 401


def test_an_access_token_ends_alone(rp: BackChannelClient, jane: Someone) -> None:
    answer = rp.tokens(jane)
    assert rp.revoke(answer["access_token"]).status_code == 200
    assert rp.revoke(answer["access_token"]).status_code == 200
    assert rp.userinfo(answer["access_token"]).status_code == 401
    after = rp.refresh(answer["refresh_token"]).json or {}
    assert rp.userinfo(after["access_token"]).status_code == 200


def test_an_apps_own_token_can_be_revoked(rp: BackChannelClient) -> None:
    token = (rp.client_credentials().json or {})["access_token"]
    rp.revoke(token)
    assert rp.introspect(token).json == {"active": False}


def test_a_public_client_may_revoke(harness: Harness, jane: Someone) -> None:
    """RFC 7009 section 2.1: client_id instead of authentication."""
    rp = BackChannelClient(harness, "spa", token_endpoint_auth_method="none")
    answer = rp.tokens(jane)
    rp.revoke(answer["refresh_token"])
    refused(rp.refresh(answer["refresh_token"]), "invalid_grant")


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "\u2603", "x" * 9000, "-" * 43])
def test_unknown_tokens_are_fine(rp: BackChannelClient, token: str) -> None:
    """RFC 7009 section 2.2: 200, because what the client wanted is true."""
    assert rp.revoke(token).status_code == 200


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
def test_any_hint_is_ignored(rp: BackChannelClient, jane: Someone, hint: str) -> None:
    answer = rp.tokens(jane)
    assert rp.revoke(answer["refresh_token"], token_type_hint=hint).status_code == 200
    assert rp.userinfo(answer["access_token"]).status_code == 401


def test_another_clients_tokens_are_left_alone(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """And the answer does not tell that they are good."""
    stranger, answer = BackChannelClient(harness, "stranger"), rp.tokens(jane)
    unknown = stranger.revoke("x")
    for name in ("access_token", "refresh_token"):
        response = stranger.revoke(answer[name])
        assert (response.status_code, response.data) == (unknown.status_code, unknown.data)
    assert rp.userinfo(answer["access_token"]).status_code == 200
    assert rp.refresh(answer["refresh_token"]).status_code == 200


def test_an_id_token_is_nothing_to_revoke(rp: BackChannelClient, jane: Someone) -> None:
    answer = rp.tokens(jane)
    assert rp.revoke(answer["id_token"]).status_code == 200
    assert rp.userinfo(answer["access_token"]).status_code == 200


def test_a_missing_token_is_named(rp: BackChannelClient) -> None:
    refused(rp.post("/revoke", {}), "invalid_request")
