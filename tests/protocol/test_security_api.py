"""Step-up at our own API: RFC 9470."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.login.policy.assurance import Level
from idp.protocol.api import step_up
from idp.protocol.api.bearer import Access
from idp.protocol.errors import BearerError
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


@pytest.mark.parametrize(("age", "passes"), [(60, True), (61, False)])
def test_max_age_is_counted_from_the_sign_in(age: int, passes: bool) -> None:
    """RFC 9470 section 3: `max_age` in the challenge."""
    access = Access({"acr": "mfa", "auth_time": 1000}, None, None, None)  # type: ignore[arg-type]  # the claims are all that is looked at
    if passes:
        step_up.requirement(access, Level.MFA, now=1000 + age, best=Level.MFA, max_age=60)
        return
    with pytest.raises(BearerError) as refusal:
        step_up.requirement(access, Level.MFA, now=1000 + age, best=Level.MFA, max_age=60)
    assert refusal.value.parameters == {"max_age": "60"}
