"""What people allow apps: asked once, in their words, and bound to the request it is asked for."""

from typing import Any

import pytest

from tests.support import tables
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.page_text import form_token
from tests.support.relying_party import RelyingParty, is_page


@pytest.fixture
def app(harness: Harness) -> RelyingParty:
    """Another organisation's app."""
    return RelyingParty(harness, "partner", first_party=False)


def at_consent(app: RelyingParty, browser: Browser, jane: Someone, **asked: str) -> str:
    """Signed in, and looking at the consent page; its text."""
    app.send(browser, **asked)
    if "/identify" in browser.at:
        browser.submit(username=jane.username, password=jane.password)
    assert browser.at.startswith("/consent/"), browser.at
    return browser.page.text


def test_consent_names_the_app_and_what_it_will_see(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """ASVS 10.7.2: client, host, scopes, lifetime."""
    text = at_consent(app, browser, jane, scope="openid profile email offline_access")
    for words in ("Partner", "app.example.test", "Your profile", "jane@example.test", "30 days", "Jane"):
        assert words in text, words
    assert "form-action" not in browser.page.headers["Content-Security-Policy"]


@pytest.mark.module("oidcc-prompt-none-logged-in")
def test_consent_is_remembered(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """oidcc-prompt-none-logged-in with a third party: no second question, also from another browser."""
    at_consent(app, browser, jane, scope="openid profile email")
    browser.submit(choice="approve")
    assert "code" in app.answer(browser)
    for scope in ("openid email profile", "openid"):
        app.send(browser, scope=scope, prompt="none")
        assert "code" in app.answer(browser)
    assert "code" in app.sign_in(Browser(harness), jane, scope="openid email")
    assert tables.events(harness, "consent.given") == 1


def test_new_scopes_are_asked_for_alone(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    at_consent(app, browser, jane, scope="openid email")
    browser.submit(choice="approve")
    text = at_consent(app, browser, jane, scope="openid email phone")
    assert "Your phone number" in text
    assert "Your email address" not in text
    assert "It now also asks for" in text
    browser.submit(choice="approve")
    app.send(browser, scope="openid email phone", prompt="none")
    assert "code" in app.answer(browser)


def test_silence_is_no_consent(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    at_consent(app, browser, jane)
    app.send(browser, prompt="none")
    assert app.error(browser) == "consent_required"
    assert tables.count(harness, "consents") == 0


def test_prompt_consent_always_asks(harness: Harness, app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """Of an organisation's own apps too."""
    own = RelyingParty(harness, "own")
    for rp in (app, app, own, own):
        at_consent(rp, browser, jane, prompt="consent")
        browser.submit(choice="approve")
        assert "code" in rp.answer(browser)


def test_first_party_apps_do_not_ask(harness: Harness, browser: Browser, jane: Someone) -> None:
    assert "code" in RelyingParty(harness).sign_in(browser, jane, scope="openid profile email offline_access")
    assert tables.count(harness, "consents") == 0


def test_no_is_told_to_the_app_and_not_remembered(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    at_consent(app, browser, jane)
    browser.submit(choice="cancel")
    assert app.error(browser) == "access_denied"
    assert tables.count(harness, "consents") == tables.count(harness, "grants") == 0
    assert tables.events(harness, "consent.refused") == 1
    assert tables.events(harness, "sign_in.cancelled") == 0
    at_consent(app, browser, jane)


def test_single_claims_are_no_way_around_consent(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """A claim asked for by itself is asked about like the scope it comes from."""
    text = at_consent(app, browser, jane, claims='{"userinfo": {"email": {"essential": true}}}')
    assert "Your email address" in text
    browser.submit(choice="approve")
    tokens = app.tokens_from(app.answer(browser))
    assert (app.userinfo(tokens["access_token"]).json or {})["email"] == "jane@example.test"


@pytest.mark.module("oidcc-claims-essential")
def test_oidcc_claims_essential(harness: Harness, browser: Browser, jane: Someone) -> None:
    """A claim comes where it is asked for and only there; never beyond the client's own scopes."""
    app = RelyingParty(harness, scopes=["openid", "profile"])
    asked = '{"userinfo": {"name": {"essential": true}, "email": null}}'
    tokens = app.tokens_from(app.sign_in(browser, jane, claims=asked))
    assert "name" not in app.id_claims(tokens)
    assert (app.userinfo(tokens["access_token"]).json or {}) == {"sub": jane.id, "name": "Jane"}


@pytest.mark.parametrize("choice", ["approve", "cancel"])
def test_a_form_from_elsewhere_decides_nothing(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone, choice: str
) -> None:
    """CSRF: no token, another attempt's token, another site."""
    at_consent(app, browser, jane)
    first = browser.at
    for token in ("", "0" * 64):
        browser.submit(choice=choice, csrf=token)
        assert browser.page.status_code == 400
    other = browser.page.text
    at_consent(app, browser, jane, scope="openid email")
    token = form_token(other)
    browser.submit(choice=choice, csrf=token)
    assert browser.page.status_code == 400
    browser.client.post(first, data={"choice": choice, "csrf": token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert tables.count(harness, "consents") == tables.count(harness, "grants") == 0


def test_a_choice_that_is_none_is_asked_again(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    at_consent(app, browser, jane)
    browser.submit()
    assert browser.page.status_code == 400
    browser.submit(choice="approve")
    assert "code" in app.answer(browser)


def test_the_page_is_for_the_browser_and_person_it_was_asked_in(
    harness: Harness, app: RelyingParty, browser: Browser, jane: Someone
) -> None:
    at_consent(app, browser, jane)
    address = browser.at
    stranger = Browser(harness)
    stranger.get(address)
    assert is_page(stranger, 403)
    with harness.services.database.write() as tx:
        for session in tx.sessions.for_user(jane.id):
            tx.sessions.end(session.sid)
    browser.get(address)
    assert browser.at.endswith("/identify")


def test_consent_cannot_be_given_before_the_sign_in_is_done(
    harness: Harness, app: RelyingParty, browser: Browser
) -> None:
    """A password alone approves nothing for somebody with a second step."""
    olga = harness.person("olga", totp=True)
    app.send(browser, scope="openid email")
    attempt = browser.at.split("/")[2]
    browser.submit(username=olga.username, password=olga.password)
    browser.get(f"/consent/{attempt}")
    assert browser.at.endswith("/code")


def test_offline_access_is_named_and_gives_a_refresh_token(app: RelyingParty, browser: Browser, jane: Someone) -> None:
    """OIDC Core section 11: never without the person having been told."""
    assert "Staying connected" in at_consent(app, browser, jane, scope="openid offline_access")
    browser.submit(choice="approve")
    assert "refresh_token" in app.tokens_from(app.answer(browser))


def test_offline_access_is_left_out_for_clients_that_cannot_refresh(
    harness: Harness, browser: Browser, jane: Someone
) -> None:
    app = RelyingParty(harness, grant_types=["authorization_code"])
    tokens = app.tokens_from(app.sign_in(browser, jane, scope="openid offline_access"))
    assert tokens["scope"] == "openid"


NATIVE = ("http://127.0.0.1:3000/cb", "com.example.app:/cb")


@pytest.mark.parametrize("uri", NATIVE)
@pytest.mark.parametrize("first_party", [False, True])
def test_an_app_that_others_can_impersonate_is_allowed_anew_each_time(
    harness: Harness, browser: Browser, jane: Someone, uri: str, first_party: bool
) -> None:
    """RFC 8252 section 8.6: any app on the machine can listen on a port or claim a scheme, with this client's name."""
    rp = RelyingParty(
        harness, "native", token_endpoint_auth_method="none", redirect_uris=[uri], first_party=first_party
    )
    for _ in range(2):
        at_consent(rp, browser, jane, scope="openid email")
        browser.submit(choice="approve")
        assert "code" in rp.answer(browser)
        assert tables.count(harness, "consents") == 0
        rp.send(browser, scope="openid email", prompt="none")
        assert rp.error(browser) == "consent_required"
    assert tables.events(harness, "consent.given") == 2


def test_no_other_port_gets_a_code_by_the_first_yes(harness: Harness, browser: Browser, jane: Someone) -> None:
    rp = RelyingParty(harness, "native", token_endpoint_auth_method="none", redirect_uris=[NATIVE[0]], first_party=True)
    at_consent(rp, browser, jane)
    browser.submit(choice="approve")
    rp.send(browser, redirect_uri="http://127.0.0.1:9999/cb")
    assert browser.at.startswith("/consent/")


def test_a_yes_from_before_the_rule_does_not_count(harness: Harness, browser: Browser, jane: Someone) -> None:
    rp = RelyingParty(harness, "native", token_endpoint_auth_method="none", redirect_uris=[NATIVE[1]])
    with harness.services.database.write() as tx:
        tx.consents.remember(jane.id, "native", ["openid"])
    at_consent(rp, browser, jane)


@pytest.mark.parametrize(
    "traits",
    [
        {"token_endpoint_auth_method": "none"},
        {"redirect_uris": ["http://localhost:4711/cb"]},
    ],
    ids=["public, at an https address", "confidential, on localhost"],
)
def test_an_app_that_proves_itself_is_remembered(
    harness: Harness, browser: Browser, jane: Someone, traits: dict[str, Any]
) -> None:
    rp = RelyingParty(harness, "partner", first_party=False, **traits)
    at_consent(rp, browser, jane)
    browser.submit(choice="approve")
    rp.answer(browser)
    rp.send(browser, prompt="none")
    assert "code" in rp.answer(browser)
