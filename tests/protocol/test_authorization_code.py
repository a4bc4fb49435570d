"""Redeeming a code: RFC 6749 section 4.1.3, RFC 7636 section 4.6, OpenID Connect Core section 3.1.3."""

from typing import Any

import pytest

from idp.kernel.handles import s256
from idp.persistence.users import DISABLED
from tests.support import tables
from tests.support.back_channel import ALL_SCOPES, VERIFIER, BackChannelClient, refused
from tests.support.harness import Harness, Someone


def test_a_code_becomes_tokens(rp: BackChannelClient, jane: Someone) -> None:
    """RFC 6749 section 5.1: the members of a token response, and that no cache keeps it."""
    response = rp.redeem(rp.granted(jane))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    answer = response.json or {}
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 300, "openid offline_access")


def test_a_refresh_token_comes_only_with_offline_access(rp: BackChannelClient, jane: Someone) -> None:
    """OpenID Connect Core section 11."""
    assert "refresh_token" not in rp.tokens(jane, scopes=("openid",))


def test_a_refresh_token_comes_only_to_clients_registered_for_it(harness: Harness, jane: Someone) -> None:
    rp = BackChannelClient(harness, "online", grant_types=["authorization_code"])
    assert "refresh_token" not in rp.tokens(jane)


def test_without_openid_there_is_no_id_token(rp: BackChannelClient, jane: Someone) -> None:
    """OpenID Connect Core section 3.1.2.1: without `openid` it is plain OAuth."""
    assert "id_token" not in rp.tokens(jane, scopes=("profile",))


@pytest.mark.parametrize("method", ["client_secret_post", "none"])
def test_other_clients_redeem_alike(harness: Harness, jane: Someone, method: str) -> None:
    rp = BackChannelClient(harness, "other", token_endpoint_auth_method=method)
    assert "access_token" in rp.tokens(jane)


def test_code_replay_revokes_tokens(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """RFC 6749 section 4.1.2: a second use is refused, and what the first one gave is revoked."""
    code = rp.granted(jane)
    first = rp.redeem(code).json or {}
    harness.clock.advance(30)
    refused(rp.redeem(code), "invalid_grant")
    assert rp.userinfo(first["access_token"]).status_code == 401
    refused(rp.refresh(first["refresh_token"]), "invalid_grant")
    assert tables.events(harness, "code.replayed") == 1


@pytest.mark.module("fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code")
def test_a_code_lives_sixty_seconds(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    early, late = rp.granted(jane), rp.granted(jane)
    harness.clock.advance(59)
    assert rp.redeem(early).status_code == 200
    harness.clock.advance(1)
    refused(rp.redeem(late), "invalid_grant")
    assert tables.events(harness, "token.refused") == 1


@pytest.mark.module("fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client")
def test_another_clients_code_is_refused_and_left_alone(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """RFC 6749 section 10.5: the code is bound to its client; a stranger can neither use nor burn it."""
    thief = BackChannelClient(harness, "thief")
    code = rp.granted(jane)
    refused(thief.redeem(code), "invalid_grant")
    tokens = rp.redeem(code).json or {}
    refused(thief.redeem(code), "invalid_grant")
    assert rp.userinfo(tokens["access_token"]).status_code == 200


@pytest.mark.module("fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected")
@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://app.example.test/callback/"},
        {"redirect_uri": "https://evil.example.test/callback"},
        {"code_verifier": VERIFIER[::-1]},
        {"code_verifier": s256(VERIFIER)},
        {"code": "no-such-code"},
        {"code": "\u2603" * 500},
    ],
)
def test_a_code_is_bound_to_uri_and_verifier(rp: BackChannelClient, jane: Someone, changes: dict[str, Any]) -> None:
    """RFC 6749 section 4.1.3, RFC 7636 section 4.6; a wrong try spends nothing, because it proves nothing."""
    code = rp.granted(jane)
    refused(rp.redeem(code, **changes), "invalid_grant")
    assert rp.redeem(code).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"code": None},
        {"code": ""},
        {"redirect_uri": None},
        {"code_verifier": "a" * 42},
        {"code_verifier": "a" * 129},
        {"code_verifier": "a" * 42 + "+"},
        {"code_verifier": "\u00e9" * 43},
    ],
)
def test_what_is_missing_or_malformed_is_named(rp: BackChannelClient, jane: Someone, changes: dict[str, Any]) -> None:
    """RFC 6749 section 5.2 invalid_request; RFC 7636 section 4.1 for the verifier's syntax."""
    response = rp.redeem(rp.granted(jane), **changes)
    refused(response, "invalid_request")
    assert next(iter(changes)) in (response.json or {})["error_description"]


def test_a_revoked_grant_gives_nothing(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    code = rp.granted(jane)
    with harness.services.database.write() as tx:
        tx.grants.revoke(code.grant_id)
    refused(rp.redeem(code), "invalid_grant")


def test_a_disabled_person_gets_nothing(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    code = rp.granted(jane)
    with harness.services.database.write() as tx:
        user = tx.users.by_id(jane.id)
        assert user
        tx.users.set_status(user, DISABLED)
    refused(rp.redeem(code), "invalid_grant")


def test_all_refusals_look_alike(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """An answer that told wrong from used or expired would help whoever found a code."""
    used, wrong, expired = rp.granted(jane), rp.granted(jane), rp.granted(jane, code_expires_at=harness.clock.now())
    rp.redeem(used)
    answers = [rp.redeem(used), rp.redeem(wrong, code_verifier=VERIFIER[::-1]), rp.redeem(expired)]
    answers.append(rp.redeem(wrong, code="no-such-code"))
    assert len({(answer.status_code, answer.data) for answer in answers}) == 1


def test_a_client_not_registered_for_codes_is_told_so(harness: Harness, jane: Someone) -> None:
    """RFC 6749 section 5.2 unauthorized_client."""
    rp = BackChannelClient(harness, "machine", grant_types=["client_credentials"])
    refused(rp.redeem(rp.granted(jane)), "unauthorized_client")


def test_access_token_says_how_the_person_signed_in(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """RFC 9068 section 2.2, RFC 9470 section 5."""
    code = rp.granted(jane, scopes=ALL_SCOPES)
    token = (rp.redeem(code).json or {})["access_token"]
    now, claims = harness.clock.now(), rp.claims_of(token)
    assert claims.pop("jti").startswith(f"{code.grant_id}.")
    assert claims == {
        "iss": "https://id.example.test",
        "aud": "https://id.example.test",
        "sub": jane.id,
        "client_id": "web",
        "iat": now,
        "exp": now + 300,
        "scope": " ".join(ALL_SCOPES),
        "acr": "mfa",
        "auth_time": now - 60,
    }
