"""Refreshing: RFC 6749 section 6, RFC 9700 section 4.14, OpenID Connect Core section 12."""

import base64
import hashlib
import re

import pytest

from idp.kernel.clock import DAY
from idp.persistence.users import DISABLED
from idp.protocol.grants.refresh_token import _derive_successor
from tests.support import tables
from tests.support.back_channel import BackChannelClient, refused
from tests.support.harness import Harness, Someone


def test_each_refresh_token_is_answered_with_the_next(rp: BackChannelClient, jane: Someone) -> None:
    first = rp.tokens(jane)["refresh_token"]
    answer = rp.refresh(first).json or {}
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    assert answer["refresh_token"] != first
    assert rp.refresh(answer["refresh_token"]).status_code == 200


def test_refresh_tokens_are_long_and_speakable(rp: BackChannelClient, jane: Someone) -> None:
    """Conformance refresh-token: at least 16 characters, VSCHAR (RFC 6749 appendix A.17)."""
    assert re.fullmatch(r"[\x21-\x7E]{43}", rp.tokens(jane)["refresh_token"])


def test_reuse_ends_the_whole_grant(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """RFC 9700 section 4.14.2: whoever came second, thief or victim, nobody keeps anything."""
    stolen = rp.tokens(jane)["refresh_token"]
    answer = rp.refresh(stolen).json or {}
    harness.clock.advance(10 * DAY)
    refused(rp.refresh(stolen), "invalid_grant")
    refused(rp.refresh(answer["refresh_token"]), "invalid_grant")
    assert tables.events(harness, "refresh_token.replayed", "failure") == 1


def _register_scopes(harness: Harness, scopes: list[str]) -> None:
    with harness.services.database.write() as tx:
        tx.clients.change("web", {"scopes": scopes})


def test_reuse_kills_the_access_token_too(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    stolen = rp.tokens(jane)["refresh_token"]
    answer = rp.refresh(stolen).json or {}
    harness.clock.advance(harness.settings.refresh_token_grace)
    refused(rp.refresh(stolen), "invalid_grant")
    assert rp.userinfo(answer["access_token"]).status_code == 401


def test_a_lost_answer_can_be_had_again(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """The successor is the same, so however often the answer is lost there is one chain of tokens."""
    token = rp.tokens(jane, scopes=("openid", "email", "offline_access"))["refresh_token"]
    first = rp.refresh(token).json or {}
    harness.clock.advance(harness.settings.refresh_token_grace - 1)
    again = rp.refresh(token, scope="openid").json or {}
    assert again["refresh_token"] == first["refresh_token"]
    assert again["scope"] == "openid", "the rest of the answer is for this request"
    assert rp.userinfo(again["access_token"]).status_code == 200
    assert tables.count(harness, "refresh_tokens") == 2
    with harness.services.database.read() as tx:
        last, before, *_ = [event.detail for event in tx.audit.latest(event="token.issued")]
    assert (last.get("repeated"), before.get("repeated")) == (True, None)
    assert rp.refresh(first["refresh_token"]).status_code == 200


def test_the_answer_cannot_be_had_again_once_its_token_was_used(
    harness: Harness, rp: BackChannelClient, jane: Someone
) -> None:
    """RFC 9700 section 4.14.2: whoever holds the old token then is not who holds the new one."""
    stolen = rp.tokens(jane)["refresh_token"]
    second = (rp.refresh(stolen).json or {})["refresh_token"]
    third = (rp.refresh(second).json or {})["refresh_token"]
    refused(rp.refresh(stolen), "invalid_grant")
    refused(rp.refresh(third), "invalid_grant")
    assert tables.events(harness, "refresh_token.replayed", "failure") == 1


def test_nor_by_another_client_nor_after_the_end(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    thief, token = BackChannelClient(harness, "thief"), rp.tokens(jane)["refresh_token"]
    assert rp.refresh(token).status_code == 200
    refused(thief.refresh(token), "invalid_grant")
    assert rp.refresh(token).status_code == 200
    with harness.services.database.write() as tx:
        tx.grants.revoke_for_user(jane.id)
    refused(rp.refresh(token), "invalid_grant")


def test_without_grace_a_second_use_ends_the_grant(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    object.__setattr__(harness.settings, "refresh_token_grace", 0)
    token = rp.tokens(jane)["refresh_token"]
    second = (rp.refresh(token).json or {})["refresh_token"]
    refused(rp.refresh(token), "invalid_grant")
    refused(rp.refresh(second), "invalid_grant")


def test_a_successor_is_found_by_nobody_who_has_the_token_before_it(rp: BackChannelClient) -> None:
    """It takes our key, and differs from every plain hash of the token."""
    token = "the same token"
    with rp.harness.app.app_context():
        here = _derive_successor(token)
        assert here == _derive_successor(token) != _derive_successor(token + "!")
    assert here != base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def test_a_scope_that_the_client_lost_is_left_out(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    token = rp.tokens(jane, scopes=("openid", "email", "offline_access"))["refresh_token"]
    _register_scopes(harness, ["openid", "offline_access"])
    answer = rp.refresh(token).json or {}
    assert answer["scope"] == "openid offline_access"
    refused(rp.refresh(answer["refresh_token"], scope="openid email"), "invalid_scope")
    _register_scopes(harness, ["phone"])
    refused(rp.refresh(answer["refresh_token"]), "invalid_grant")
    _register_scopes(harness, ["openid", "email", "offline_access"])
    assert (rp.refresh(answer["refresh_token"]).json or {})["scope"] == "openid email offline_access"


def test_rotation_does_not_move_the_end(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    token = rp.tokens(jane, expires_at=harness.clock.now() + 100)["refresh_token"]
    harness.clock.advance(99)
    token = (rp.refresh(token).json or {})["refresh_token"]
    harness.clock.advance(1)
    refused(rp.refresh(token), "invalid_grant")
    assert tables.events(harness, "refresh_token.replayed") == 0


def test_sign_in_facts_never_change(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Core section 12.2: same iss, sub, aud, azp, auth_time; new iat. Here also acr, amr, sid; nonce is left out."""
    answer = rp.tokens(jane)
    before = rp.claims_of(answer["id_token"], "JWT")
    harness.clock.advance(3600)
    refreshed = rp.refresh(answer["refresh_token"]).json or {}
    after = rp.claims_of(refreshed["id_token"], "JWT")
    for name in ("iss", "sub", "aud", "azp", "auth_time", "acr", "amr", "sid"):
        assert after[name] == before[name]
    assert after["iat"] == before["iat"] + 3600
    assert "nonce" not in after
    access = rp.claims_of(refreshed["access_token"])
    assert (access["acr"], access["auth_time"]) == (before["acr"], before["auth_time"])


def test_scope_narrows_this_answer_only(rp: BackChannelClient, jane: Someone) -> None:
    """RFC 6749 section 6: the new refresh token keeps the scope of the old one."""
    token = rp.tokens(jane, scopes=("openid", "email", "offline_access"))["refresh_token"]
    narrow = rp.refresh(token, scope="email").json or {}
    assert narrow["scope"] == "email"
    assert "id_token" not in narrow
    assert rp.claims_of(narrow["access_token"])["scope"] == "email"
    assert (rp.refresh(narrow["refresh_token"]).json or {})["scope"] == "openid email offline_access"


@pytest.mark.parametrize("scope", ["openid phone", "profile", "OPENID", "openid  email", ' openid"', "caf\u00e9"])
def test_scope_never_grows(rp: BackChannelClient, jane: Someone, scope: str) -> None:
    """RFC 6749 section 6; and the token is not spent on a bad question."""
    token = rp.tokens(jane)["refresh_token"]
    refused(rp.refresh(token, scope=scope), "invalid_scope")
    assert rp.refresh(token).status_code == 200


def test_another_clients_token_is_refused_and_left_alone(
    harness: Harness, rp: BackChannelClient, jane: Someone
) -> None:
    """Conformance refresh-token: 400 invalid_grant."""
    thief, token = BackChannelClient(harness, "thief"), rp.tokens(jane)["refresh_token"]
    refused(thief.refresh(token), "invalid_grant")
    assert rp.refresh(token).status_code == 200
    refused(thief.refresh(token), "invalid_grant")
    assert tables.events(harness, "refresh_token.replayed") == 0


def test_a_disabled_person_is_refused_until_enabled(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    token = rp.tokens(jane)["refresh_token"]
    for status, expected in ((DISABLED, 400), ("active", 200)):
        with harness.services.database.write() as tx:
            user = tx.users.by_id(jane.id)
            assert user
            tx.users.set_status(user, status)
        assert rp.refresh(token).status_code == expected


def test_a_revoked_grant_is_refused(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    token = rp.tokens(jane)["refresh_token"]
    with harness.services.database.write() as tx:
        tx.grants.revoke_for_user(jane.id)
    refused(rp.refresh(token), "invalid_grant")


def test_a_client_that_lost_the_grant_type_is_refused(harness: Harness) -> None:
    rp = BackChannelClient(harness, "online", grant_types=["authorization_code"])
    refused(rp.refresh("anything"), "unauthorized_client")


@pytest.mark.parametrize("token", [None, ""])
def test_a_missing_token_is_named(rp: BackChannelClient, token: str | None) -> None:
    response = rp.post("/token", {"grant_type": "refresh_token", "refresh_token": token})
    refused(response, "invalid_request")


def test_only_digests_are_stored(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    code = rp.granted(jane)
    answer = rp.redeem(code).json or {}
    everything = repr(tables.rows(harness))
    for secret in (code.value, answer["refresh_token"], answer["access_token"], rp.app.secret):
        assert secret not in everything
