"""*Was this you?*: every new browser is told of by mail, once, and the link in it takes that browser's access away."""

import pytest

from idp.kernel.clock import DAY
from tests.support.account import SECURITY, Account, grant, revoked, words
from tests.support.browser import Browser
from tests.support.concurrency import close
from tests.support.harness import ISSUER, Harness
from tests.support.mailed import alert_links, rendered_mails
from tests.support.network import ABROAD, browser_at
from tests.support.tables import count, events, rows

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def owner(harness: Harness) -> Account:
    """Jane, signed in and remembered; the first mail is about her."""
    account = Account(harness, harness.person(totp=True))
    account.open(remember=True)
    return account


@pytest.fixture
def thief(harness: Harness, owner: Account) -> Account:
    """Somebody with all of jane's secrets, signed in on a phone; the second mail is about them."""
    account = Account(harness, owner.someone, browser_at(harness, ABROAD, user_agent=PHONE))
    account.open(remember=True)
    return account


def alarm(harness: Harness, number: int = 1) -> Browser:
    """Jane presses the link of one mail, wherever she reads it."""
    browser = Browser(harness)
    browser.get(alert_links(harness)[number], site="cross-site")
    return browser


@pytest.mark.promise("FM23")
@pytest.mark.usefixtures("thief")
def test_every_new_browser_is_told_of_once_with_what_when_and_where(harness: Harness) -> None:
    (_, first), (recipient, letter) = rendered_mails(harness, "sign_in_alert")
    assert "Firefox on Linux" in first.text, "the first sign-in of all is told of, too: somebody may have been faster"
    assert recipient == "jane@example.test"
    assert letter.subject == "New sign-in: was this you? \N{EN DASH} Countersign"
    for said in ("Mobile Safari on iOS", ABROAD, "1 June 2026, 12:01 UTC"):
        assert said in letter.text
        assert said in letter.html
    assert alert_links(harness)[1].startswith(f"{ISSUER}/alert/")


def test_a_browser_seen_before_is_not_told_of_again(harness: Harness, owner: Account) -> None:
    for _ in range(3):
        owner.browser.submit(action="sign-out")
        owner.open()
    close(owner.browser)
    owner.open()
    assert len(alert_links(harness)) == 1


def test_somebody_else_on_the_same_browser_is_told_of_to_them(harness: Harness, owner: Account) -> None:
    owner.browser.submit(action="sign-out")
    kim = Account(harness, harness.person("kim"), owner.browser)
    kim.open()
    assert [recipient for recipient, _ in rendered_mails(harness, "sign_in_alert")] == [
        "jane@example.test",
        "kim@example.test",
    ]


def test_a_sign_in_that_was_not_finished_and_one_without_an_address_tell_nobody(harness: Harness) -> None:
    jane = Account(harness, harness.person(totp=True))
    jane.browser.get(SECURITY)
    jane.browser.submit(username="jane", password=jane.someone.password)
    Account(harness, harness.person("silent", email=None)).open()
    assert count(harness, "sessions") == 1
    assert count(harness, "outbox") == count(harness, "alert_links") == 0


@pytest.mark.promise("FM23")
def test_the_link_ends_that_browsers_session_tokens_and_trust_and_nothing_else(
    harness: Harness, owner: Account, thief: Account
) -> None:
    harness.client()
    assert owner.session
    assert thief.session
    theirs = [grant(harness, owner.someone.id, thief.session.sid, offline=offline) for offline in (True, False)]
    own = grant(harness, owner.someone.id, owner.session.sid, offline=True)
    browser = alarm(harness)
    for said in ("Was this you?", "Mobile Safari on iOS", ABROAD, "1 June 2026, 12:01 UTC"):
        assert said in words(browser.page)
    browser.submit()
    assert browser.at == "/alert/done?ui_locales=en"
    assert browser.cookie("alert") is None
    assert browser.cookie("session") is None
    assert thief.session is None
    assert all(revoked(harness, each) for each in theirs)
    assert owner.session
    assert not revoked(harness, own)
    assert events(harness, "sign_in.disowned") == 1
    thief.browser.get(SECURITY)
    thief.browser.submit(username="jane", password=thief.someone.password)
    assert thief.at("/code"), "that browser is no longer remembered"
    owner.browser.submit(action="sign-out")
    owner.browser.get(SECURITY)
    owner.browser.submit(username="jane", password=owner.someone.password)
    assert owner.browser.at == SECURITY, "this one still is"


@pytest.mark.usefixtures("thief")
def test_it_leads_to_a_new_password(harness: Harness) -> None:
    browser = alarm(harness)
    browser.submit()
    assert 'href="/recover"' in browser.page.text
    assert f'href="{SECURITY}/password"' in browser.page.text
    browser.get("/recover")
    assert "Forgot your password?" in words(browser.page)


def test_sessions_begun_on_that_browser_later_end_too(harness: Harness, thief: Account) -> None:
    harness.client()
    assert thief.session
    of_the_first = grant(harness, thief.someone.id, thief.session.sid, offline=True)
    thief.browser.submit(action="sign-out")
    assert not revoked(harness, of_the_first)
    thief.open()
    assert len(alert_links(harness)) == 2
    alarm(harness).submit()
    assert thief.session is None
    assert revoked(harness, of_the_first), "also when its session was over already"
    thief.open()
    assert len(alert_links(harness)) == 3, "and that browser is told of again"


def test_opening_the_link_changes_nothing(harness: Harness, thief: Account) -> None:
    path = alert_links(harness)[1].removeprefix(ISSUER)
    before = rows(harness)
    for method in ("GET", "HEAD", "OPTIONS"):
        scanner = Browser(harness)
        for address in (path, "/alert", "/alert/done"):
            scanner.client.open(address, base_url=ISSUER, method=method)
    assert rows(harness) == before
    assert thief.session is not None


@pytest.mark.usefixtures("thief")
def test_the_handle_leaves_the_address_and_is_stored_nowhere(harness: Harness) -> None:
    handle = alert_links(harness)[1].rpartition("/")[2]
    browser = alarm(harness)
    assert browser.at == "/alert"
    assert len(handle) == 43
    assert handle not in browser.page.text + repr(rows(harness))


@pytest.mark.usefixtures("thief")
def test_a_link_works_once_and_not_beyond_the_longest_session(harness: Harness) -> None:
    browser, again = alarm(harness), alarm(harness)
    browser.submit()
    before = rows(harness)
    assert again.submit().status_code == 410
    assert alarm(harness).page.status_code == 410
    assert rows(harness) == before
    harness.clock.advance(30 * DAY - 60)
    assert alarm(harness, 0).page.status_code == 200
    harness.clock.advance(60)
    assert alarm(harness, 0).page.status_code == 410


def test_a_link_is_about_its_own_sign_in_whoever_presses_it(harness: Harness, owner: Account, thief: Account) -> None:
    kim = Account(harness, harness.person("kim"))
    kim.open()
    kim.browser.get(alert_links(harness)[1], site="cross-site")
    kim.browser.submit()
    assert kim.session is not None
    assert owner.session is not None
    assert thief.session is None


@pytest.mark.usefixtures("thief")
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
def test_forms_from_elsewhere_end_nothing(harness: Harness, headers: dict[str, str]) -> None:
    browser = alarm(harness)
    before = rows(harness)
    for form in ({}, {"csrf": "0" * 64}):
        answer = browser.client.post("/alert", base_url=ISSUER, data=form, headers=headers)
        assert answer.status_code == 400
    assert browser.client.post("/alert", base_url="https://evil.example").status_code == 421
    assert rows(harness) == before


@pytest.mark.usefixtures("thief")
def test_links_of_the_one_kind_are_worth_nothing_as_the_other(harness: Harness) -> None:
    handle = alert_links(harness)[1].rpartition("/")[2]
    browser = Browser(harness)
    browser.get(f"/recover/{handle}")
    assert browser.page.status_code == 410
