"""RP-Initiated Logout 1.0, with the conformance modules of `oidcc-rp-initiated-logout` by name."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support import tables
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.jws import with_wrong_signature
from tests.support.relying_party import RelyingParty

BYE = "https://app.example.test/bye"
STATE = "s" * 128


@pytest.fixture
def app(harness: Harness) -> RelyingParty:
    return RelyingParty(harness)


@pytest.fixture
def hint(app: RelyingParty, browser: Browser, jane: Someone) -> str:
    """Jane is signed in, and this is the app's ID token."""
    return str(app.tokens_from(app.sign_in(browser, jane))["id_token"])


def leave(browser: Browser, **asked: Any) -> None:
    browser.get(
        "/logout?" + urlencode({name: value for name, value in asked.items() if value is not None}), site="cross-site"
    )


def signed_in(app: RelyingParty, browser: Browser) -> bool:
    """Asks as the conformance suite does: prompt=none."""
    app.send(browser, prompt="none")
    return "code" in app.answer(browser)


@pytest.mark.module("oidcc-rp-initiated-logout")
def test_oidcc_rp_initiated_logout(harness: Harness, app: RelyingParty, browser: Browser, hint: str) -> None:
    """Back to the app with exactly `state`; the session is over, the remembered browser is not."""
    known = browser.cookie("browser")
    leave(browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state=STATE)
    assert browser.left_for == f"{BYE}?state={STATE}"
    assert browser.page.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.cookie("session") is None
    assert browser.cookie("browser") == known
    assert tables.count(harness, "sessions") == 0
    assert tables.events(harness, "sign_out") == 1
    assert not signed_in(app, browser)


@pytest.mark.module("oidcc-rp-initiated-logout-no-state")
def test_oidcc_rp_initiated_logout_no_state(app: RelyingParty, browser: Browser, hint: str) -> None:
    leave(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert browser.left_for == BYE
    assert not signed_in(app, browser)


def test_an_expired_hint_is_good(harness: Harness, browser: Browser, hint: str) -> None:
    harness.clock.advance(86_000)
    leave(browser, id_token_hint=hint, client_id="web", post_logout_redirect_uri=BYE)
    assert browser.left_for == BYE


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "modified-id-token-hint": ({"id_token_hint": "eyJhbGciOiJub25lIn0.e30."}, "is not ours or was changed"),
    "bad-id-token-hint": ({"id_token_hint": "e30.e30.e30"}, "is not ours or was changed"),
    "hint of another client": ({"client_id": "other"}, "the sign-in of another app"),
    "unknown client": ({"client_id": "nobody", "id_token_hint": None}, "is not known to us"),
    "control characters": ({"state": "a\r\nb"}, "a value we cannot read (state)"),
    "too long": ({"post_logout_redirect_uri": "x" * 2049}, "a value we cannot read (post_logout_redirect_uri)"),
}
"""What is wrong, and what the page says of it."""
UNREGISTERED = {
    "bad-post-logout-redirect-uri": "https://evil.example/",
    "query-added-to-post-logout-redirect-uri": BYE + "?foo=bar",
    "path appended": BYE + "/x",
    "fragment": BYE + "#x",
    "case": "https://APP.example.test/bye",
    "the sign-in address": "https://app.example.test/callback",
    "script": "javascript:alert(1)",
}


@pytest.mark.module("oidcc-rp-initiated-logout-modified-id-token-hint", "oidcc-rp-initiated-logout-bad-id-token-hint")
def test_what_is_wrong_is_a_page(harness: Harness, app: RelyingParty, browser: Browser, hint: str) -> None:
    """Modules by name: a page, no redirect, and the session lives on."""
    RelyingParty(harness, "other")
    for name, (wrong, said) in REFUSED.items():
        leave(browser, **{"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": STATE} | wrong)
        assert browser.page.status_code == 400, name
        assert said in browser.page.text, name
        assert "we cannot continue" in browser.page.text
        assert "Location" not in browser.page.headers
    for doubled in ("state=a&state=b", f"post_logout_redirect_uri={BYE}"):
        browser.get(f"/logout?id_token_hint={hint}&post_logout_redirect_uri={BYE}&{doubled}")
        assert browser.page.status_code == 400
    assert signed_in(app, browser)


@pytest.mark.module(
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
)
@pytest.mark.parametrize("name", UNREGISTERED)
def test_an_address_that_is_not_registered_is_left_out(
    harness: Harness, app: RelyingParty, browser: Browser, hint: str, name: str
) -> None:
    """Two conformance modules by name: a page and no redirect; but the person who wants to leave gets out."""
    uri = UNREGISTERED[name]
    leave(browser, id_token_hint=hint, post_logout_redirect_uri=uri, state=STATE)
    assert browser.page.status_code == 200
    assert "You are signed out" in browser.page.text
    assert "Location" not in browser.page.headers
    assert 'href="/account/"' in browser.page.text, "the page has a way on"
    assert not signed_in(app, browser)
    with harness.services.database.read() as tx:
        event = tx.audit.latest(event="sign_out.target_refused")[0]
    assert (event.client_id, event.detail["post_logout_redirect_uri"]) == ("web", uri)
    assert "idp clients set web --add-post-logout-redirect-uri" in event.detail["remedy"]


def test_it_is_left_out_also_when_the_person_is_asked(
    harness: Harness, app: RelyingParty, browser: Browser, hint: str
) -> None:
    assert hint
    leave(browser, client_id="web", post_logout_redirect_uri="https://evil.example/", state=STATE)
    assert "Sign out?" in browser.page.text
    assert "evil.example" not in browser.page.headers["Content-Security-Policy"]
    browser.submit()
    assert "You are signed out" in browser.page.text
    assert "evil.example" not in browser.page.text
    assert not signed_in(app, browser)
    assert tables.events(harness, "sign_out.target_refused") == 1


def test_a_signed_out_page_leads_to_the_home_page_of_the_app(harness: Harness, browser: Browser, jane: Someone) -> None:
    app = RelyingParty(harness, "shop", client_uri="https://shop.example.test/")
    hint = app.tokens_from(app.sign_in(browser, jane))["id_token"]
    leave(browser, id_token_hint=hint, post_logout_redirect_uri="https://evil.example/")
    assert 'href="https://shop.example.test/"' in browser.page.text
    assert "Back to Shop" in browser.page.text


@pytest.mark.module("oidcc-rp-initiated-logout-bad-id-token-hint")
def test_foreign_signed_hints_are_refused(app: RelyingParty, browser: Browser, hint: str, harness: Harness) -> None:
    """ASVS 9.1.1: any changed bit; and another kind of token of ours."""
    head, body, tail = hint.split(".")
    app.send(browser)
    access = app.tokens_from(app.answer(browser))["access_token"]
    for forged in (with_wrong_signature(hint), f"{head}.{body}A.{tail}", access):
        leave(browser, id_token_hint=forged, post_logout_redirect_uri=BYE)
        assert browser.page.status_code == 400
    assert signed_in(app, browser)
    assert tables.events(harness, "sign_out") == 0


@pytest.mark.module(
    "oidcc-rp-initiated-logout-no-params",
    "oidcc-rp-initiated-logout-only-state",
    "oidcc-rp-initiated-logout-no-id-token-hint",
)
@pytest.mark.parametrize(
    "asked",
    [{}, {"state": STATE}, {"post_logout_redirect_uri": BYE}, {"post_logout_redirect_uri": BYE, "state": STATE}],
    ids=["no-params", "only-state", "no-id-token-hint", "no-id-token-hint-with-state"],
)
def test_oidcc_rp_initiated_logout_without_hint(
    app: RelyingParty, browser: Browser, hint: str, asked: dict[str, str]
) -> None:
    """ASVS 10.6.2: the person is asked; a link alone signs nobody out; then a page, never a redirect."""
    assert hint
    leave(browser, **asked)
    assert "Sign out?" in browser.page.text
    assert signed_in(app, browser)
    leave(browser, **asked)
    browser.submit()
    assert browser.page.status_code == 200
    assert "You are signed out" in browser.page.text
    assert not signed_in(app, browser)


@pytest.mark.module("oidcc-rp-initiated-logout-no-post-logout-redirect-uri")
def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(app: RelyingParty, browser: Browser, hint: str) -> None:
    leave(browser, id_token_hint=hint)
    assert "You are signed out" in browser.page.text
    assert not signed_in(app, browser)


def test_a_client_that_names_itself_gets_the_person_back_once_confirmed(
    app: RelyingParty, browser: Browser, hint: str
) -> None:
    """Section 3: the person's confirmation is the other means of making sure."""
    assert hint
    leave(browser, client_id="web", post_logout_redirect_uri=BYE, state="a b")
    assert "Web" in browser.page.text
    assert "form-action" not in browser.page.headers["Content-Security-Policy"]
    browser.submit()
    assert browser.left_for == BYE + "?state=a%20b"
    assert not signed_in(app, browser)


def test_staying_signed_in(app: RelyingParty, browser: Browser, hint: str) -> None:
    leave(browser, client_id="web", post_logout_redirect_uri=BYE)
    browser.submit(choice="cancel")
    assert browser.at.startswith("/account")
    assert hint
    assert signed_in(app, browser)


def test_the_hint_of_an_earlier_session_only_asks(
    app: RelyingParty, browser: Browser, hint: str, harness: Harness
) -> None:
    """An old ID token is no weapon against a new session, of the same or another person."""
    leave(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
    olga = harness.person("olga")
    app.sign_in(browser, olga)
    leave(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert "Sign out?" in browser.page.text
    assert signed_in(app, browser)
    leave(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
    browser.submit()
    assert browser.left_for == BYE


def test_with_nobody_signed_in(browser: Browser, hint: str, app: RelyingParty) -> None:
    """Nothing to end: back to the app that shows its ID token, a page with a link for whoever cannot."""
    leave(browser, id_token_hint=hint)
    leave(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert browser.left_for == BYE
    leave(browser, client_id=app.app.client_id, post_logout_redirect_uri=BYE)
    assert f'href="{BYE}"' in browser.page.text


def test_a_form_from_elsewhere_signs_nobody_out(app: RelyingParty, browser: Browser, hint: str) -> None:
    """CSRF on our own page."""
    assert hint
    leave(browser)
    for token in ("", "0" * 64):
        browser.submit(csrf=token)
        assert browser.page.status_code == 400
    browser.client.post("/logout/confirm", base_url=ISSUER, headers={"Sec-Fetch-Site": "cross-site"})
    assert signed_in(app, browser)


def test_post_from_an_app_becomes_get(browser: Browser, hint: str) -> None:
    """Section 2 wants POST too; Lax cookies come along only with the GET."""
    body = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": BYE})
    answer = browser.client.post("/logout", data=body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/logout?" + body)


def test_signing_out_ends_what_was_given_in_the_session(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """docs/map.md: grants of the session end; offline access stays."""
    online = app.tokens_from(app.sign_in(browser, jane))
    app.send(browser, scope="openid offline_access")
    offline = app.tokens_from(app.answer(browser))
    leave(browser, id_token_hint=online["id_token"])
    assert app.userinfo(online["access_token"]).status_code == 401
    assert app.refresh(offline["refresh_token"]).status_code == 200


def test_a_sign_in_under_way_cannot_be_finished_by_the_next_person(
    harness: Harness, app: RelyingParty, browser: Browser, hint: str
) -> None:
    olga = harness.person("olga", totp=True)
    app.send(browser, prompt="login")
    browser.get(browser.at + "?other=1")
    browser.submit(username=olga.username, password=olga.password)
    half_way = browser.at
    assert half_way.endswith("/code")
    leave(browser, id_token_hint=hint)
    browser.get(half_way)
    assert browser.page.status_code == 403
