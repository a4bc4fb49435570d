"""Front-Channel Logout 1.0: frames of the apps on the page after a sign-out, then on to where the app asked for."""

import html
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from idp.login.flow.frontchannel_logout import MOST_FRAMES
from idp.persistence.client_metadata import ClientMetadata
from idp.web.account_paths import HOME, SIGN_OUT, SIGNED_OUT
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.relying_party import RelyingParty
from tests.support.statements import metered

BYE = "https://app.example.test/bye"
FRAME = re.compile(r'<iframe src="([^"]*)"')


def register(harness: Harness, client_id: str, uri: str, *, session: bool = False) -> RelyingParty:
    members = ClientMetadata(frontchannel_logout_uri=uri, frontchannel_logout_session_required=session)
    return RelyingParty(harness, client_id, metadata=members)


def frames(browser: Browser) -> list[str]:
    return [html.unescape(uri) for uri in FRAME.findall(browser.page.text)]


@pytest.fixture
def shop(harness: Harness) -> RelyingParty:
    return register(harness, "shop", "https://shop.example.test/leave?from=id", session=True)


@pytest.fixture
def wiki(harness: Harness) -> RelyingParty:
    return register(harness, "wiki", "https://wiki.example.test:8443/leave")


def leave(browser: Browser, hint: str, **asked: str) -> None:
    browser.get("/logout?" + urlencode({"id_token_hint": hint} | asked), site="cross-site")


@pytest.mark.module("oidcc-frontchannel-rp-initiated-logout")
def test_oidcc_frontchannel_rp_initiated_logout(
    shop: RelyingParty, wiki: RelyingParty, browser: Browser, jane: Someone
) -> None:
    """Both apps of the session are framed, by a policy of their origins alone; then back, also without a script."""
    told = shop.id_claims(shop.tokens_from(shop.sign_in(browser, jane)))
    wiki.send(browser)
    hint = wiki.tokens_from(wiki.answer(browser))["id_token"]
    leave(browser, hint, post_logout_redirect_uri=BYE, state="a&b")
    framed = dict(zip(("wiki", "shop"), sorted(frames(browser), reverse=True), strict=True))
    assert framed["wiki"] == "https://wiki.example.test:8443/leave"
    assert parse_qs(urlsplit(framed["shop"]).query) == {"from": ["id"], "iss": [ISSUER], "sid": [told["sid"]]}
    policy = browser.page.headers["Content-Security-Policy"]
    allowed = policy.partition("frame-src ")[2].split()
    assert sorted(allowed) == ["https://shop.example.test", "https://wiki.example.test:8443"]
    assert browser.page.headers["Refresh"] == f"2; url={BYE}?state=a%26b"
    assert f'href="{BYE}?state=a%26b"' in browser.page.text
    assert browser.cookie("session") is None
    assert browser.page.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_apps_without_such_a_page_go_on_at_once(
    harness: Harness, shop: RelyingParty, browser: Browser, jane: Someone
) -> None:
    """An app of an earlier session is not told of this one."""
    leave(browser, shop.tokens_from(shop.sign_in(browser, jane))["id_token"])
    assert len(frames(browser)) == 1
    assert "Refresh" not in browser.page.headers
    plain = RelyingParty(harness)
    leave(browser, plain.tokens_from(plain.sign_in(browser, jane))["id_token"], post_logout_redirect_uri=BYE)
    assert browser.left_for == BYE


def test_signing_out_in_the_account_tells_apps_too(shop: RelyingParty, browser: Browser, jane: Someone) -> None:
    shop.sign_in(browser, jane)
    browser.get(HOME)
    browser.submit(action=SIGN_OUT)
    assert len(frames(browser)) == 1
    assert browser.page.headers["Refresh"] == f"2; url={SIGNED_OUT}"


def test_frames_have_a_bound_and_no_statement_of_their_own(harness: Harness, browser: Browser, jane: Someone) -> None:
    """Whoever uses very many apps still leaves in time."""
    plain = RelyingParty(harness)
    counts = []
    for more in (0, MOST_FRAMES + 1):
        hint = plain.tokens_from(plain.sign_in(browser, jane))["id_token"]
        for number in range(more):
            app = register(harness, f"app{number}", f"https://app{number}.example.test/leave")
            app.send(browser)
            assert "code" in app.answer(browser)
        with metered(harness) as meter:
            leave(browser, hint)
        counts.append(len(meter.statements))
        assert len(frames(browser)) == min(more, MOST_FRAMES)
    assert counts[0] == counts[1]
