"""Remembered devices and sessions: listed, ended; and signing out."""

import pytest

from tests.support.account import SECURITY, Account, grant, mails, revoked, words
from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.tables import events

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def here(harness: Harness) -> Account:
    """Jane at her desk, second step given and device remembered."""
    made = Account(harness, harness.person(totp=True))
    made.open(remember=True)
    return made


@pytest.fixture
def there(harness: Harness, here: Account) -> Account:
    """Jane on her phone, the same."""
    made = Account(harness, here.someone, Browser(harness, user_agent=SAFARI))
    made.open(remember=True)
    return made


def sid_of(account: Account) -> str:
    assert account.session is not None
    return account.session.sid


def trusted(harness: Harness, account: Account) -> dict[str, str]:
    """The person's remembered devices: name -> id."""
    with harness.services.database.read() as tx:
        user = tx.users.by_id(account.someone.id)
        assert user is not None
        return {device.name: device.id for device in tx.devices.trusted_for_user(user.id, user.epoch)}


@pytest.mark.promise("SM10")
def test_devices_and_sessions_are_listed_by_what_people_call_them(here: Account, there: Account) -> None:
    page = words(here.open())
    assert page.count("Firefox on Linux") == 2
    assert page.count("Mobile Safari on iOS") == 2
    assert page.count("This device") == 1
    assert page.count("Current") == 1
    assert "Sign out everywhere else" in page
    assert there.session is not None


@pytest.mark.promise("SM11")
def test_a_forgotten_device_is_asked_for_a_code_at_once(harness: Harness, here: Account, there: Account) -> None:
    device = trusted(harness, here)["Mobile Safari on iOS"]
    here.open()
    here.browser.submit(action=device)
    assert here.browser.at == f"{SECURITY}?done=forgotten"
    assert list(trusted(harness, here)) == ["Firefox on Linux"]
    assert mails(harness)[-1] == "device_forgotten"
    assert events(harness, "device.forgotten") == 1
    there.browser.client.delete_cookie("__Host-countersign-session", domain="id.example.test")
    there.browser.get(SECURITY)
    there.browser.submit(username="jane", password=there.someone.password)
    assert there.at("/code")


def test_a_session_that_rests_on_a_forgotten_device_falls_with_it(harness: Harness, here: Account) -> None:
    here.browser.submit(action="sign-out")
    here.browser.get(SECURITY)
    here.browser.submit(username="jane", password=here.someone.password)
    assert here.browser.at == SECURITY, "no code: the device is remembered"
    here.browser.submit(action=trusted(harness, here)["Firefox on Linux"])
    assert here.at("/code")


def test_an_ended_session_is_over_with_all_that_was_given_in_it(
    harness: Harness, here: Account, there: Account
) -> None:
    harness.client()
    kept = grant(harness, here.someone.id, sid_of(here), offline=True)
    gone = [grant(harness, here.someone.id, sid_of(there), offline=offline) for offline in (True, False)]
    here.open()
    here.browser.submit(action=sid_of(there))
    assert here.browser.at == f"{SECURITY}?done=ended"
    assert all(revoked(harness, each) for each in gone)
    assert not revoked(harness, kept)
    assert mails(harness)[-1] == "session_ended"
    there.browser.get(SECURITY)
    assert there.at("/identify")


def test_signing_out_everywhere_else_leaves_only_this_session(harness: Harness, here: Account, there: Account) -> None:
    harness.client()
    kept = grant(harness, here.someone.id, sid_of(here), offline=False)
    gone = [grant(harness, here.someone.id, sid, offline=True) for sid in (sid_of(there), "one-of-long-ago")]
    here.open()
    here.browser.submit(action="end-others")
    assert here.browser.at == f"{SECURITY}?done=ended-others"
    assert "Nowhere else" in words(here.browser.page)
    assert all(revoked(harness, each) for each in gone)
    assert not revoked(harness, kept)
    assert mails(harness)[-1] == "signed_out_elsewhere"
    there.browser.get(SECURITY)
    assert there.at("/identify")


def test_ending_sessions_asks_for_a_factor_proven_in_the_last_ten_minutes(
    harness: Harness, here: Account, there: Account
) -> None:
    harness.clock.advance(601)
    here.browser.get(SECURITY)
    before = here.protected()
    for action in (f"sessions/{sid_of(there)}/end", "end-others", trusted(harness, here)["Mobile Safari on iOS"]):
        here.browser.get(SECURITY)
        here.browser.submit(action=action)
        assert here.at("/identify")
    assert [row for row in here.protected()["sessions"] if sid_of(there) in row] == [
        row for row in before["sessions"] if sid_of(there) in row
    ]
    here.prove()
    assert "Now choose again what to end" in words(here.browser.page)
    here.browser.submit(action="end-others")
    assert here.browser.at == f"{SECURITY}?done=ended-others"


def test_sessions_that_idled_out_are_not_listed(harness: Harness, here: Account, there: Account) -> None:
    assert there.session is not None
    harness.clock.advance(harness.settings.session_idle - 10)
    here.open()
    harness.clock.advance(20)
    assert "iOS" not in words(here.open()).partition("Where you are signed in")[2]


@pytest.mark.promise("FM22")
def test_signing_out_ends_the_session_and_keeps_offline_access(harness: Harness, here: Account) -> None:
    harness.client()
    online = grant(harness, here.someone.id, sid_of(here), offline=False)
    offline = grant(harness, here.someone.id, sid_of(here), offline=True)
    copied = here.browser.cookie("session") or ""
    here.browser.submit(action="sign-out")
    assert "You are signed out" in words(here.browser.page)
    assert here.browser.cookie("session") is None
    assert revoked(harness, online)
    assert not revoked(harness, offline)
    assert events(harness, "sign_out") == 1
    here.browser.set_cookie("session", copied)
    here.browser.get(SECURITY)
    assert here.at("/identify"), "a copied cookie is dead"


def test_signing_out_twice_is_signing_out(here: Account) -> None:
    here.browser.submit(action="sign-out")
    here.post("/account/sign-out")
    assert "You are signed out" in words(here.browser.page)


@pytest.mark.parametrize("path", ["/account/", SECURITY, f"{SECURITY}/password", f"{SECURITY}/totp"])
def test_every_page_has_a_way_to_sign_out(here: Account, path: str) -> None:
    assert 'action="/account/sign-out"' in here.open(path).text
