"""Step-up at our own API: RFC 9470."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.back_channel import BackChannelClient, refused
from tests.support.harness import Harness, Someone

SCOPES = ("openid", "security")


@pytest.fixture
def jane(harness: Harness) -> Someone:
    """Somebody with two factors."""
    return harness.person("jane", totp=True)


def asked(rp: BackChannelClient, person: Someone, **traits: Any) -> TestResponse:
    token = rp.tokens(person, **({"scopes": SCOPES} | traits))["access_token"]
    return rp.get("/api/security", token)


def test_a_strong_token_gets_the_summary(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    response = asked(rp, jane)
    assert response.json == {
        "sub": jane.id,
        "second_step": True,
        "second_step_required": False,
        "methods": ["password", "recovery_code", "totp"],
        "recovery_codes_left": 8,
        "remembered_devices": 0,
        "sessions": 0,
        "password_changed_at": harness.clock.now(),
    }


@pytest.mark.parametrize("acr", ["pwd", "remembered", "two-step", "unknown"])
def test_a_weak_token_is_told_what_to_ask_for(rp: BackChannelClient, jane: Someone, acr: str) -> None:
    """RFC 9470 section 3."""
    response = asked(rp, jane, acr=acr)
    refused(response, "insufficient_user_authentication", 401)
    challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'acr_values="mfa"' in challenge


def test_a_factor_that_is_gone_no_longer_counts(harness: Harness, rp: BackChannelClient) -> None:
    """ES26: a reset logs nobody out, but what needed two factors asks again."""
    refused(asked(rp, harness.person("reset")), "insufficient_user_authentication", 401)


def test_the_scope_is_needed(rp: BackChannelClient, jane: Someone) -> None:
    refused(asked(rp, jane, scopes=("openid",)), "insufficient_scope", 403)
