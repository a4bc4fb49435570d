"""prompt and max_age: who is asked what, and what the app is told about it (OIDC Core section 3.1.2)."""

import re

import pytest

from tests.support import tables
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty


@pytest.fixture
def app(harness: Harness) -> RelyingParty:
    return RelyingParty(harness)


@pytest.mark.module("oidcc-server")
def test_oidcc_server(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """The whole flow; a code of at least 96 bits."""
    answer = app.sign_in(browser, jane, scope="openid email")
    assert len(answer["code"]) >= 16
    tokens = app.tokens_from(answer)
    claims = app.id_claims(tokens)
    assert (claims["sub"], claims["acr"], claims["amr"]) == (jane.id, "pwd", ["pwd"])
    assert "email" not in claims
    assert (app.userinfo(tokens["access_token"]).json or {})["email"] == "jane@example.test"


@pytest.mark.module("oidcc-ensure-post-request-succeeds")
def test_oidcc_ensure_post_request_succeeds(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """A form on the app's own page, posted to us; the answer comes as to a link."""
    answer = browser.client.post("/authorize", data=app.request())
    browser.get(answer.headers["Location"], site="cross-site")
    assert "code" in app.go_through(browser, jane)


@pytest.mark.module("oidcc-server")
def test_oidcc_form_post(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """OAuth 2.0 Form Post Response Mode."""
    assert "code" in app.sign_in(browser, jane, response_mode="form_post")
    assert "form-action" not in browser.page.headers["Content-Security-Policy"]
    assert re.search(r'<script defer src="[^"]*/form_post\.[^"]*js">', browser.page.text), "no module: some run none"


def test_form_post_escapes_state(app: RelyingParty, browser: Browser) -> None:
    app.send(browser, response_mode="form_post", prompt="none", state='"><script>alert(1)</script>')
    assert "<script>alert" not in browser.page.text
    assert app.error(browser) == "login_required"


def test_the_sign_in_form_may_lead_back_to_the_app(app: RelyingParty, browser: Browser) -> None:
    """Browsers apply form-action to the redirects after a form; tests/browser/test_way_back.py is the proof."""
    app.send(browser)
    assert "form-action" not in browser.page.headers["Content-Security-Policy"]


@pytest.mark.module("oidcc-prompt-none-logged-in")
def test_a_good_session_is_answered_at_once(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    """docs/map.md: no login row, no page; auth_time does not move (oidcc-prompt-none-logged-in, -id-token-hint)."""
    first = app.told(browser, jane)
    logins = tables.count(harness, "login_flows")
    harness.clock.advance(60)
    for changes in ({}, {"prompt": "none"}, {"max_age": 10_000}, {"display": "popup"}):
        app.send(browser, **changes)
        again = app.id_claims(app.tokens_from(app.answer(browser)))
        assert (again["sub"], again["auth_time"]) == (first["sub"], first["auth_time"])
        assert (again["sid"], again["acr"]) == (first["sid"], first["acr"])
    assert tables.count(harness, "login_flows") == logins


@pytest.mark.module("oidcc-prompt-none-not-logged-in")
def test_oidcc_prompt_none_not_logged_in(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    app.send(browser, prompt="none")
    assert app.error(browser) == "login_required"
    assert tables.count(harness, "login_flows") == 0


@pytest.mark.module("oidcc-prompt-login")
@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": 0}, {"prompt": "login consent"}])
def test_oidcc_prompt_login(app: RelyingParty, browser: Browser, jane: Someone, asked: dict[str, str]) -> None:
    """Really asks again, also within the same second, and is then satisfied: no second round."""
    app.sign_in(browser, jane)
    app.send(browser, **asked)
    assert browser.at.endswith("/identify")
    browser.submit(username=jane.username, password=jane.password)
    if "consent" in str(asked):
        assert browser.at.startswith("/consent/")
        browser.submit(choice="approve")
    assert "code" in app.answer(browser)


def test_prompt_login_moves_auth_time_and_keeps_the_session(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    first = app.told(browser, jane)
    harness.clock.advance(100)
    second = app.told(browser, jane, prompt="login")
    assert second["auth_time"] == first["auth_time"] + 100
    assert second["sid"] == first["sid"]


def test_prompt_login_asks_the_second_step_again(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    owner = harness.person("olga", totp=True)
    assert app.told(browser, owner)["amr"] == ["pwd", "otp", "mfa"]
    harness.clock.advance(60)
    app.send(browser, prompt="login")
    browser.submit(username=owner.username, password=owner.password)
    assert browser.at.endswith("/code")
    claims = app.id_claims(app.tokens_from(app.go_through(browser, owner)))
    assert claims["auth_time"] == harness.clock.now()


def test_a_slow_sign_in_still_satisfies_prompt_login(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    """Freshness counts from the request, not from the moment of resuming."""
    app.send(browser, prompt="login", max_age=5)
    harness.clock.advance(600)
    assert "code" in app.go_through(browser, jane)


@pytest.mark.module("oidcc-max-age-1")
def test_oidcc_max_age_1(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    first = app.told(browser, jane, max_age=1)
    harness.clock.advance(2)
    app.send(browser, max_age=1)
    assert browser.at.endswith("/identify")
    second = app.id_claims(app.tokens_from(app.go_through(browser, jane)))
    assert second["auth_time"] == first["auth_time"] + 2


def test_max_age_ends_to_the_second(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    app.sign_in(browser, jane)
    harness.clock.advance(100)
    app.send(browser, max_age=100, prompt="none")
    assert "code" in app.answer(browser)
    app.send(browser, max_age=99, prompt="none")
    assert app.error(browser) == "login_required"


def test_a_client_may_have_a_default_max_age(harness: Harness, browser: Browser, jane: Someone) -> None:
    app = RelyingParty(harness, default_max_age=60)
    app.sign_in(browser, jane)
    harness.clock.advance(61)
    app.send(browser, prompt="none")
    assert app.error(browser) == "login_required"
    app.send(browser, prompt="none", max_age=100)
    assert "code" in app.answer(browser)


def test_select_account_asks_which(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    app.sign_in(browser, jane)
    app.send(browser, prompt="select_account")
    assert browser.at.endswith("/account")
    browser.submit(account=jane.username)
    assert app.id_claims(app.tokens_from(app.answer(browser)))["sub"] == jane.id
    other = harness.person("olga")
    app.send(browser, prompt="select_account")
    browser.submit(account="")
    assert "/identify" in browser.at
    assert app.id_claims(app.tokens_from(app.go_through(browser, other)))["sub"] == other.id
