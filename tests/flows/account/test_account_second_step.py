"""Replacing the second step, turning it off, and new recovery codes."""

import pyotp
import pytest

from idp.factors.totp import PERIOD
from tests.support.account import CODES, REGENERATE, SECURITY, TOTP, TURN_OFF, Account, mails, words
from tests.support.harness import Harness
from tests.support.tables import count, events, rows


@pytest.fixture
def account(harness: Harness) -> Account:
    """Jane, signed in with a password alone, a minute ago."""
    made = Account(harness, harness.person())
    made.open()
    harness.clock.advance(60)
    return made


def test_replacing_keeps_the_recovery_codes_and_kills_the_old_app(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    account.open(remember=True)
    old = account.someone
    harness.clock.advance(60)
    page = account.open(TOTP)
    assert "keeps working until the new one is confirmed" in words(page)
    seed = account.key()
    assert seed != old.seed
    account.browser.submit(action=TOTP, code=pyotp.TOTP(seed).at(harness.clock.now()))
    assert account.browser.at == f"{SECURITY}?done=replaced"
    page_words = words(account.browser.page)
    assert "8 of 8 left" in page_words
    assert "None. Tick" in page_words, "no device is remembered any longer"
    assert mails(harness)[-1] == "authenticator_replaced"
    harness.clock.advance(PERIOD)
    elsewhere = Account(harness, old)
    elsewhere.browser.get(SECURITY)
    elsewhere.browser.submit(username="jane", password=old.password)
    assert elsewhere.browser.submit(code=old.code(harness.clock)).status_code == 400


@pytest.mark.promise("FM17", "MS8")
def test_turning_off_asks_password_and_code_anew(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    account.open()
    harness.clock.advance(60)
    account.browser.get(TURN_OFF)
    assert account.at("/identify")
    account.browser.submit(username="jane", password=account.someone.password)
    assert account.at("/code")
    account.prove()
    assert account.browser.path == TURN_OFF
    assert "Anyone who learns your password" in words(account.browser.page)
    account.browser.submit(action=TURN_OFF)
    assert account.browser.at == f"{SECURITY}?done=turned-off"
    assert mails(harness)[-1] == "authenticator_removed"
    assert events(harness, "factor.removed", "success") == 1


@pytest.mark.promise("MS9", "FM17")
def test_after_turning_off_neither_codes_nor_recovery_codes_are_asked_or_work(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    account.open(TURN_OFF)
    account.browser.submit(action=TURN_OFF)
    elsewhere = Account(harness, account.someone)
    elsewhere.browser.get(SECURITY)
    elsewhere.browser.submit(username="jane", password=account.someone.password)
    assert elsewhere.browser.at == SECURITY
    with harness.services.database.read() as tx:
        assert not tx.factors.for_user(account.someone.id)
    assert count(harness, "recovery_sets") == count(harness, "recovery_codes") == 0


@pytest.mark.promise("MS10")
def test_turning_on_again_shows_a_new_secret(account: Account) -> None:
    account.set_up()
    first = account.someone
    account.open(TURN_OFF)
    account.browser.submit(action=TURN_OFF)
    account.set_up()
    assert account.someone.seed != first.seed
    assert not set(account.someone.codes) & set(first.codes)


@pytest.mark.promise("MS7", "MS6")
def test_a_lost_phone_is_replaced_with_a_recovery_code(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    account.browser.get(TURN_OFF)
    account.browser.submit(username="jane", password=account.someone.password)
    account.browser.get(account.browser.at.replace("/code", "/recovery"))
    account.browser.submit(code=account.someone.codes[0])
    assert account.browser.path == TURN_OFF
    account.browser.submit(action=TURN_OFF)
    account.set_up()
    assert "On" in words(account.open())


@pytest.mark.promise("ES29")
@pytest.mark.parametrize("organisation", [False, True])
def test_a_required_second_step_cannot_be_turned_off(harness: Harness, organisation: bool) -> None:
    jane = harness.person(totp=True, second_step_required=not organisation)
    if organisation:
        object.__setattr__(harness.settings, "second_step", "required")
    account = Account(harness, jane)
    account.open()
    before = account.protected()
    assert account.browser.get(TURN_OFF).status_code == 403
    assert account.protected() == before


@pytest.mark.promise("ES29")
def test_a_second_step_that_became_required_is_not_turned_off_by_a_form_shown_before(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    account.open(TURN_OFF)
    object.__setattr__(harness.settings, "second_step", "required")
    before = account.protected()
    assert account.browser.submit(action=TURN_OFF).status_code == 403
    assert account.protected() == before
    assert events(harness, "factor.removed", "failure") == 1


@pytest.mark.promise("ES17")
def test_new_recovery_codes_kill_the_old_ones_at_once(harness: Harness) -> None:
    account = Account(harness, harness.person(totp=True))
    account.open(remember=True)
    old = account.someone.codes
    account.open(REGENERATE)
    assert "8 codes you have left stop working" in words(account.browser.page)
    account.browser.submit(action=REGENERATE)
    assert account.browser.at == CODES
    assert not any(code in account.browser.page.text for code in old)
    assert "The old ones no longer work." in words(account.browser.page)
    account.browser.submit(action=CODES, saved="1")
    assert "None. Tick" in words(account.browser.page), "no device is remembered any longer"
    assert mails(harness)[-1] == "recovery_codes_regenerated"
    elsewhere = Account(harness, account.someone)
    elsewhere.browser.get(SECURITY)
    elsewhere.browser.submit(username="jane", password=account.someone.password)
    elsewhere.browser.get(elsewhere.browser.at.replace("/code", "/recovery"))
    assert elsewhere.browser.submit(code=old[0]).status_code == 400


def test_without_a_second_step_there_is_nothing_to_turn_off_or_make_anew(account: Account) -> None:
    before = rows(account.harness, "users", "factors", "recovery_sets", "outbox")
    for path in (TURN_OFF, REGENERATE):
        account.browser.get(path)
        assert account.browser.at == SECURITY
        account.post(path)
        flow_id = account.browser.at.split("/")[2]
        account.prove()
        assert account.browser.at == SECURITY
        account.post(f"{path}?after={flow_id}")
        assert account.browser.at == SECURITY
    assert rows(account.harness, *before) == before
    assert events(account.harness, "factor.removed", "failure") == 0, "nothing was refused"
