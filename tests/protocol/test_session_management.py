"""Session Management 1.0: `session_state` in responses and the frame's cookie, on only by the setting."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from idp.web.account_paths import HOME, SIGN_OUT
from tests.support import tables
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import ISSUER, Harness, Someone, fresh_harness
from tests.support.relying_party import RelyingParty

ORIGIN = "https://app.example.test"


@pytest.fixture
def watched(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """The product with session management."""
    with fresh_harness(databases, tmp_path, session_management=True) as harness:
        yield harness


def state_of(browser: Browser) -> str:
    """`session_state` of the response that the browser stands at."""
    (found,) = parse_qs(urlsplit(browser.left_for).query)["session_state"]
    return found


def unchanged(browser: Browser, session_state: str) -> bool:
    """What the frame would find (section 3.2)."""
    digest, _, salt = session_state.partition(".")
    text = f"web {ORIGIN} {browser.cookie('state')} {salt}"
    return hashlib.sha256(text.encode()).hexdigest() == digest


def test_it_is_off_by_default(harness: Harness, browser: Browser, jane: Someone) -> None:
    """No cookie that scripts could read, no page that may be framed."""
    app = RelyingParty(harness)
    app.sign_in(browser, jane)
    assert browser.cookie("state") is None
    assert "check_session_iframe" not in (browser.get("/.well-known/openid-configuration").json or {})
    assert browser.get("/session/check").status_code == 404


@pytest.mark.module("oidcc-session-management-rp-initiated-logout")
def test_oidcc_session_management_rp_initiated_logout(watched: Harness) -> None:
    """The state is worth nothing by itself, and stays while the session does: also through a step-up."""
    browser, jane, app = Browser(watched), watched.person("jane"), RelyingParty(watched)
    app.send(browser)
    browser.submit(username=jane.username, password=jane.password)
    first = state_of(browser)
    assert unchanged(browser, first)
    assert browser.cookie("state") not in {browser.cookie("session"), None}
    app.send(browser, prompt="login")
    browser.submit(password=jane.password)
    second = state_of(browser)
    assert second != first
    assert unchanged(browser, first)
    assert unchanged(browser, second)
    browser.get(HOME)
    browser.submit(action=SIGN_OUT)
    assert browser.cookie("state") is None
    assert not unchanged(browser, first)


def test_another_person_and_an_ended_session_count_as_changed(watched: Harness) -> None:
    browser, app = Browser(watched), RelyingParty(watched)
    jane, olga = watched.person("jane"), watched.person("olga")
    app.send(browser)
    browser.submit(username=jane.username, password=jane.password)
    first = state_of(browser)
    app.send(browser, prompt="login")
    browser.get(browser.at + "?other=1")
    browser.submit(username=olga.username, password=olga.password)
    assert not unchanged(browser, first)
    second = state_of(browser)
    assert unchanged(browser, second)
    session = browser.cookie("session")
    browser.client.delete_cookie("__Host-countersign-session", domain="id.example.test")
    app.send(browser, prompt="none")  # as in a frame of another site, which gets no SameSite=Lax cookie
    assert unchanged(browser, second)
    browser.set_cookie("session", session or "")
    watched.clock.advance(watched.settings.session_lifetime)
    app.send(browser, prompt="none")
    assert "login_required" in browser.left_for
    assert not unchanged(browser, second)


def test_a_browser_without_a_state_gets_one(watched: Harness) -> None:
    """Whoever signed in before the setting was switched on."""
    browser, jane, app = Browser(watched), watched.person("jane"), RelyingParty(watched)
    app.send(browser)
    browser.submit(username=jane.username, password=jane.password)
    browser.client.delete_cookie("__Host-countersign-state", domain="id.example.test")
    app.send(browser)
    assert unchanged(browser, state_of(browser))


@pytest.mark.module("oidcc-session-management-discovery-endpoint-verification")
def test_cookie_and_frame(watched: Harness) -> None:
    """Every page may frame it and scripts read the cookie; each costs the database nothing."""
    browser, jane, app = Browser(watched), watched.person("jane"), RelyingParty(watched)
    app.send(browser)
    browser.submit(username=jane.username, password=jane.password)
    cookie = browser.client.get_cookie("__Host-countersign-state", "id.example.test")
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, False, "None")
    assert (browser.get("/.well-known/openid-configuration").json or {})["check_session_iframe"] == (
        f"{ISSUER}/session/check"
    )
    before = tables.rows(watched)
    answer = browser.get("/session/check", site="cross-site")
    assert answer.status_code == 200
    assert "X-Frame-Options" not in answer.headers
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert 'data-cookie="__Host-countersign-state"' in answer.text
    assert tables.rows(watched) == before


def test_an_app_with_a_scheme_of_its_own_has_no_frame(watched: Harness) -> None:
    browser, jane = Browser(watched), watched.person("jane")
    app = RelyingParty(
        watched, redirect_uris=["com.example.app:/callback"], token_endpoint_auth_method="none", secret_digest=None
    )
    app.send(browser)
    browser.submit(username=jane.username, password=jane.password)
    browser.submit(choice="approve")
    assert "code=" in browser.left_for
    assert "session_state" not in browser.left_for
