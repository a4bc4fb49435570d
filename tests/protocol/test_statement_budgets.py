"""What each endpoint may cost the database; a hot endpoint must not grow unnoticed."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.protocol.test_client_assertion import Signer
from tests.support.back_channel import BackChannelClient
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty
from tests.support.statements import metered


def cost(harness: Harness, request: Callable[[], TestResponse]) -> tuple[int, int]:
    """Statements and commits of one successful request."""
    with metered(harness) as meter:
        assert request().status_code == 200
    return len(meter.statements), meter.commits


def test_code_redemption(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Client, code claimed, refresh token, audit row; one commit."""
    code = rp.granted(jane)
    assert cost(harness, lambda: rp.redeem(code)) == (4, 1)


def test_code_redemption_by_assertion(harness: Harness, jane: Someone) -> None:
    """One more: the assertion's jti."""
    signer = Signer(harness)
    code, assertion = signer.rp.granted(jane), signer.assertion()
    form = {"grant_type": "authorization_code", "code": code.value, "redirect_uri": code.redirect_uri}
    assert cost(harness, lambda: signer.post(assertion, **form, code_verifier=code.verifier)) == (5, 1)


def test_refresh(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Client, token found, token claimed, next token, audit row; one commit."""
    token = rp.tokens(jane)["refresh_token"]
    assert cost(harness, lambda: rp.refresh(token)) == (5, 1)


def test_client_credentials(harness: Harness, rp: BackChannelClient) -> None:
    """Client, audit row; one row needs no transaction of its own."""
    assert cost(harness, rp.client_credentials) == (2, 0)


@pytest.mark.parametrize(("trusted_app", "totp", "expected"), [(True, False, 6), (False, True, 7)])
def test_authorization_with_a_session(
    harness: Harness,
    browser: Browser,
    trusted_app: bool,
    totp: bool,
    expected: int,
) -> None:
    """Client, session, factors with recovery codes, session held, grant, audit row; one more for a consent."""
    app, someone = RelyingParty(harness, first_party=trusted_app), harness.person("max", totp=totp)
    app.send(browser)
    browser.submit(username=someone.username, password=someone.password)
    if totp:
        browser.submit(code=someone.code(harness.clock))
        browser.submit(choice="approve")
    with metered(harness) as meter:
        app.send(browser)
    assert "code" in app.answer(browser)
    assert (len(meter.statements), meter.commits) == (expected, 1)


@pytest.mark.parametrize("scopes", [("openid",), ("openid", "profile", "email", "phone", "address")])
def test_userinfo(harness: Harness, rp: BackChannelClient, jane: Someone, scopes: tuple[str, ...]) -> None:
    """Grant, person and revocation in one; nothing to commit."""
    token = rp.tokens(jane, scopes=scopes)["access_token"]
    assert cost(harness, lambda: rp.userinfo(token)) == (1, 0)


def test_introspection(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    """Client, token; nothing to commit."""
    token = rp.tokens(jane)["access_token"]
    assert cost(harness, lambda: rp.introspect(token)) == (2, 0)
