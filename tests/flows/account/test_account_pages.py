"""What people see of themselves."""

import pytest
from sqlalchemy import event

from tests.support.account import CHANGES, SECURITY, TOTP, TURN_OFF, Account, words
from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.tables import events, use_codes

MOST_STATEMENTS = 10


def test_the_account_begins_with_a_sign_in_and_leads_back_to_the_page(harness: Harness) -> None:
    account = Account(harness, harness.person())
    account.browser.get(SECURITY)
    assert account.at("/identify")
    assert account.prove().status_code == 200
    assert account.browser.at == SECURITY


@pytest.mark.parametrize("path", ["/account", "/account/", SECURITY, f"{SECURITY}?done=x", *CHANGES])
def test_nothing_is_shown_to_strangers(harness: Harness, path: str) -> None:
    account = Account(harness, harness.person())
    account.browser.get(path)
    assert account.at("/identify")


def test_the_overview_shows_the_profile(harness: Harness) -> None:
    profile = {"name": "Jane <b>Doe", "locale": "de-AT", "address": {"formatted": "Ring 1\nWien"}, "website": ""}
    jane = harness.person(profile=profile, phone_number="+43 1 5550100")
    page = Account(harness, jane).open("/account/")
    assert "Jane &lt;b&gt;Doe" in page.text
    for shown in ("jane@example.test", "de-AT", "Ring 1 Wien", "+43 1 5550100", "Aus"):
        assert shown in words(page)
    assert "Website" not in page.text


@pytest.mark.parametrize("address", ["Ring 1", 7, {"formatted": None}, None])
def test_an_odd_profile_breaks_nothing(harness: Harness, address: object) -> None:
    jane = harness.person(profile={"address": address, "locale": 5, "zoneinfo": ["a"]}, email=None)
    assert Account(harness, jane).open("/account/").status_code == 200


def test_the_providers_own_address_leads_to_the_account(harness: Harness) -> None:
    account = Account(harness, harness.person())
    account.open("/")
    assert account.browser.at == "/account/"


@pytest.mark.promise("SM2", "ES20", "FM2", "SA4")
def test_the_second_step_is_offered_on_the_security_page(harness: Harness) -> None:
    page = Account(harness, harness.person()).open()
    assert f'href="{TOTP}"' in page.text
    assert "turn-off" not in page.text
    assert "Recovery codes" not in words(page)


@pytest.mark.promise("FM16")
def test_the_security_page_counts_the_recovery_codes_left(harness: Harness) -> None:
    jane = harness.person(totp=True)
    account = Account(harness, jane)
    assert "8 of 8 left" in words(account.open())
    use_codes(harness, jane.id, slice(1))
    assert "7 of 8 left" in words(account.open())


def test_dates_are_text_in_utc(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    page = words(account.open(remember=True))
    assert "Last changed 1 June 2026, 12:00 UTC" in page
    assert "Since 1 June 2026, 12:00 UTC · until 15 June 2026, 12:00 UTC" in page


@pytest.mark.promise("ES29")
def test_turning_off_is_not_offered_when_it_is_required(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True, second_step_required=True))
    page = account.open()
    assert TURN_OFF not in page.text
    assert f'href="{TOTP}"' in page.text


def test_a_notice_cannot_be_forged_by_a_link_from_elsewhere(harness: Harness) -> None:
    account = Account(harness, harness.person())
    account.open()
    assert "Your password is changed" in account.browser.get(f"{SECURITY}?done=password").text
    assert "Your password is changed" not in account.browser.get(f"{SECURITY}?done=password", site="cross-site").text


def test_using_the_account_keeps_the_session_alive(harness: Harness) -> None:
    account = Account(harness, harness.person())
    account.open()
    for _ in range(3):
        harness.clock.advance(harness.settings.session_idle - 60)
        assert account.browser.get(SECURITY).status_code == 200
        assert account.browser.at == SECURITY


def test_the_security_page_costs_few_statements(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    account.open(remember=True)
    for _ in range(3):
        Account(harness, account.someone).open()
    statements: list[str] = []
    engine = harness.services.database.engine
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    account.browser.get(SECURITY)
    assert account.browser.at == SECURITY
    assert len(statements) <= MOST_STATEMENTS, statements


def test_cancelling_a_sign_in_on_the_way_to_a_change_leads_back_to_the_security_page(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    account.open()
    account.browser.get(TURN_OFF)
    assert "cancel" in account.browser.page.text
    asked_at = account.browser.at
    account.browser.submit(choice="cancel")
    assert account.browser.at == SECURITY
    assert events(harness, "sign_in.cancelled") == 1
    account.browser.get("/account/activity")
    assert "A sign-in was cancelled." in account.browser.page.text
    account.browser.get(asked_at)
    assert (account.browser.page.status_code, "cancelled" in account.browser.page.text) == (410, True)


def test_there_is_nothing_to_cancel_for_to_without_a_session(harness: Harness) -> None:
    browser = Browser(harness)
    browser.get(SECURITY)
    assert 'id="cancel"' not in browser.page.text


@pytest.mark.parametrize(
    "path", ["/account/sign-out", f"{SECURITY}/sessions/end-others", f"{SECURITY}/devices/x/forget"]
)
def test_what_changes_something_answers_no_get(harness: Harness, path: str) -> None:
    account = Account(harness, harness.person())
    account.open()
    before = account.protected()
    assert account.browser.get(path).status_code == 405
    assert account.protected() == before
