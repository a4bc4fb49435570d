"""Pages that end a sign-in lead on: to the app, to the same request again, or to *My account*."""

import re

import pytest

from idp.persistence.client_metadata import ClientMetadata
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty

HOME = "https://app.example.test/"
ACCOUNT = ("My account", "/account/")


def links(browser: Browser) -> list[tuple[str, str]]:
    """The links of the page: label and address."""
    return [
        (label, href)
        for href, label in re.findall(r'<a class="button[^"]*" href="([^"]+)">([^<]+)</a>', browser.page.text)
    ]


@pytest.fixture
def web(harness: Harness) -> RelyingParty:
    """An app without one."""
    return RelyingParty(harness)


@pytest.fixture
def with_home(harness: Harness) -> RelyingParty:
    """An app whose home page an administrator has set."""
    return RelyingParty(harness, "home", client_uri=HOME)


def finish(rp: RelyingParty, browser: Browser, jane: Someone) -> None:
    """Sign in, then come back to a page of that sign-in."""
    rp.send(browser)
    page = browser.at
    rp.go_through(browser, jane)
    assert browser.get(page).status_code == 410


def test_a_finished_sign_in_leads_to_the_apps_home_page(
    with_home: RelyingParty, browser: Browser, jane: Someone
) -> None:
    finish(with_home, browser, jane)
    assert links(browser) == [("Back to Home", HOME), ACCOUNT]


def test_an_app_that_can_start_a_sign_in_is_asked_to(harness: Harness, browser: Browser, jane: Someone) -> None:
    """OpenID Connect Core section 4."""
    metadata = ClientMetadata(initiate_login_uri="https://app.example.test/start?a=1")
    finish(RelyingParty(harness, "home", client_uri=HOME, metadata=metadata), browser, jane)
    assert links(browser)[0] == (
        "Back to Home",
        "https://app.example.test/start?a=1&amp;iss=https%3A%2F%2Fid.example.test",
    )


def test_without_a_home_page_it_starts_the_same_request_again(
    web: RelyingParty, browser: Browser, jane: Someone
) -> None:
    """The person is signed in, so the app gets its answer at once: the first one may have been lost."""
    finish(web, browser, jane)
    (label, href), last = links(browser)
    assert (label, last) == ("Start again", ACCOUNT)
    browser.get(href)
    assert "code" in web.answer(browser)


@pytest.mark.parametrize("end", ["cancelled", "too long"])
def test_a_sign_in_that_ended_early_starts_again_as_it_was(
    harness: Harness, with_home: RelyingParty, browser: Browser, jane: Someone, end: str
) -> None:
    with_home.send(browser, scope="openid email", prompt="login")
    page = browser.at
    if end == "cancelled":
        browser.submit(choice="cancel")
    else:
        harness.clock.advance(harness.settings.login_lifetime)
    browser.get(page)
    assert (browser.page.status_code, end in browser.page.text) == (410, True)
    (label, href), *others = links(browser)
    assert (label, others) == ("Start again", [("Back to Home", HOME), ACCOUNT])
    browser.get(href)
    assert "code" in with_home.go_through(browser, jane), "with the state of the first request"


def test_a_sign_in_of_the_account_starts_again_at_its_page(harness: Harness, browser: Browser) -> None:
    browser.get("/account/security")
    harness.clock.advance(harness.settings.login_lifetime)
    browser.get(browser.at)
    assert links(browser) == [("Start again", "/account/security"), ACCOUNT]


@pytest.mark.parametrize(
    "path", ["/login/nothing/identify", "/authorize?client_id=nobody", "/nowhere", "/logout?client_id=x"]
)
def test_every_page_that_refuses_leads_to_my_account(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code in {400, 404}
    assert links(browser) == [ACCOUNT]


def test_an_address_that_is_not_registered_leads_to_the_apps_home_page(
    with_home: RelyingParty, browser: Browser
) -> None:
    with_home.send(browser, redirect_uri="https://app.example.test/other")
    assert links(browser) == [("Back to Home", HOME), ACCOUNT]


def test_another_browser_learns_nothing_of_the_request(web: RelyingParty, browser: Browser, harness: Harness) -> None:
    web.send(browser)
    flow = browser.at.split("/")[2]
    stranger = Browser(harness)
    for path in (browser.at, f"/authorize/again/{flow}"):
        assert stranger.get(path).status_code == 403
        assert links(stranger) == [ACCOUNT]


def test_signed_out_by_an_app_without_an_address_there_is_a_way_on(
    web: RelyingParty, browser: Browser, jane: Someone
) -> None:
    tokens = web.tokens_from(web.sign_in(browser, jane))
    browser.get(f"/logout?id_token_hint={tokens['id_token']}", site="cross-site")
    assert links(browser) == [("Sign in again", "/account/")]
