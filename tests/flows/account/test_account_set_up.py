"""Setting up the second step in the account."""

import re
from urllib.parse import unquote

import pyotp
import pytest

from idp.admin import user_changes, users
from idp.admin.user_changes import ClaimChanges
from tests.support.account import CODES, SECURITY, TOTP, Account, mails, words
from tests.support.harness import Harness
from tests.support.page_text import recovery_codes
from tests.support.passkeys import ADD
from tests.support.tables import events


@pytest.fixture
def account(harness: Harness) -> Account:
    """Jane, signed in with a password alone, a minute ago."""
    made = Account(harness, harness.person())
    made.open()
    harness.clock.advance(60)
    return made


@pytest.mark.promise("SA4", "SA6", "SA7", "SM2", "MS2", "MS4", "FM2", "FM5", "ES6", "ES7", "FM3")
def test_scanning_and_the_first_code_turn_it_on(harness: Harness, account: Account) -> None:
    account.open(TOTP)
    page = account.browser.page
    assert "<svg" in page.text
    assert "Type code manually" in page.text
    with harness.services.database.read() as tx:
        assert not tx.factors.for_user(account.someone.id), "nothing is kept before the first code"
    account.browser.submit(action=TOTP, code=pyotp.TOTP(account.key()).at(harness.clock.now()))
    assert account.browser.at == CODES
    assert mails(harness) == ["sign_in_alert", "authenticator_added"]
    assert events(harness, "factor.added") == 1


def test_the_entry_is_named_as_the_app_shows_it_after_another_address(harness: Harness, account: Account) -> None:
    account.open(TOTP)
    account.browser.submit(action=TOTP, code=pyotp.TOTP(account.key()).at(harness.clock.now()))
    account.browser.submit(action=CODES, saved="1")
    with harness.services.database.write() as tx:
        user = users.find(tx, "jane")
        user_changes.set_claims(tx, user, ClaimChanges(email="jane@new.example"), harness.settings)
    elsewhere = Account(harness, account.someone)
    elsewhere.browser.get(SECURITY)
    elsewhere.browser.submit(username="jane", password=account.someone.password)
    assert "Countersign (j•••@example.test)" in words(elsewhere.browser.page)


@pytest.mark.promise("ES8", "ES9", "ES16", "MS5", "FM6", "FM13", "FM26")
def test_eight_codes_are_shown_until_they_are_saved_and_never_again(harness: Harness, account: Account) -> None:
    account.open(TOTP)
    account.browser.submit(action=TOTP, code=pyotp.TOTP(account.key()).at(harness.clock.now()))
    shown = account.browser.page.text
    assert shown.count("<li><code>") == 8
    assert "The old ones" not in shown, "there were none"
    assert "password manager" in shown
    codes = recovery_codes(shown)
    saved_as_text = unquote(re.findall(r'download="[^"]+\.txt" href="data:text/plain[^,]*,([^"]+)"', shown)[0])
    copied = re.findall(r'data-copy="([^"]+)"', shown)[0]
    assert [line for line in saved_as_text.splitlines() if line in codes] == codes == copied.split()
    account.browser.get(SECURITY)
    assert account.browser.at == CODES, "no other page before the codes are saved"
    assert account.browser.page.text.count("<li><code>") == 8
    account.browser.submit(action=CODES)
    assert account.browser.page.status_code == 400
    account.browser.submit(action=CODES, saved="1")
    assert account.browser.at == f"{SECURITY}?done=saved"
    account.browser.get(CODES)
    assert account.browser.at == SECURITY
    with harness.services.database.read() as tx:
        kept = tx.sign_in_facts.for_user(account.someone.id).recovery
    assert kept is not None
    assert kept.sealed_codes is None


@pytest.mark.promise("ES9")
def test_taking_long_to_print_the_codes_costs_no_second_sign_in(harness: Harness, account: Account) -> None:
    account.open(TOTP)
    account.browser.submit(action=TOTP, code=pyotp.TOTP(account.key()).at(harness.clock.now()))
    harness.clock.advance(1200)
    account.browser.submit(action=CODES, saved="1")
    assert account.browser.at == f"{SECURITY}?done=saved"


def test_codes_that_were_not_saved_are_shown_again_only_to_who_proves_both_steps(
    harness: Harness, account: Account
) -> None:
    account.open(TOTP)
    seed = account.key()
    account.browser.submit(action=TOTP, code=pyotp.TOTP(seed).at(harness.clock.now()))
    harness.clock.advance(700)
    account.browser.get(CODES)
    assert account.at("/identify")
    account.browser.submit(username="jane", password=account.someone.password)
    assert account.at("/code")
    assert "<li><code>" not in account.browser.page.text
    account.browser.submit(code=pyotp.TOTP(seed).at(harness.clock.now()))
    assert account.browser.page.text.count("<li><code>") == 8


@pytest.mark.promise("ES4")
def test_starting_asks_the_password_however_recent_the_last_one_is(account: Account) -> None:
    for page, another in ((TOTP, ADD), (ADD, TOTP)):
        account.browser.get(page)
        assert account.at("/identify"), page
        account.prove()
        proven = account.browser.page.request.full_path
        for path in (page, f"{page}?after=nothing", f"{page}?after=%00", proven.replace(page, another)):
            account.browser.get(path)
            assert account.at("/identify"), path
        account.browser.get(proven)
        assert account.browser.path == page, "the same page once more"


@pytest.mark.promise("ES5")
@pytest.mark.parametrize(("seconds", "still"), [(600, True), (601, False)])
def test_ten_minutes_to_finish(harness: Harness, account: Account, seconds: int, still: bool) -> None:
    account.open(TOTP)
    seed = account.key()
    harness.clock.advance(seconds)
    before = account.protected()
    account.browser.submit(action=TOTP, code=pyotp.TOTP(seed).at(harness.clock.now()))
    if still:
        assert account.browser.at == CODES
    else:
        assert account.at("/identify")
        assert account.protected() == before
        account.prove()
        assert account.browser.path == TOTP
        assert account.key() != seed, "another password, another secret"


@pytest.mark.promise("SA12", "FM5")
@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "١٢٣٤٥٦", "0" * 5000])
def test_a_wrong_first_code_turns_nothing_on(account: Account, code: str) -> None:
    account.open(TOTP)
    before, seed = account.protected(), account.key()
    page = account.browser.submit(action=TOTP, code=code)
    assert page.status_code == 400
    assert account.protected() == before
    assert account.key() == seed, "the same picture, to try again"


def test_the_first_code_cannot_be_used_again(harness: Harness, account: Account) -> None:
    account.open(TOTP)
    code = pyotp.TOTP(account.key()).at(harness.clock.now())
    account.browser.submit(action=TOTP, code=code)
    account.browser.submit(action=CODES, saved="1")
    elsewhere = Account(harness, account.someone)
    elsewhere.browser.get(SECURITY)
    elsewhere.browser.submit(username="jane", password=account.someone.password)
    assert elsewhere.browser.submit(code=code).status_code == 400
    assert elsewhere.at("/code")


@pytest.mark.promise("SA1", "SA8", "SM1", "MS1", "ES12")
def test_set_up_in_one_browser_does_not_raise_another(harness: Harness, account: Account) -> None:
    elsewhere = Account(harness, account.someone)
    elsewhere.open()
    account.set_up()
    elsewhere.browser.get(SECURITY)
    assert elsewhere.at("/code"), "an older session proves the second step too"
    elsewhere.someone = account.someone
    elsewhere.prove()
    assert elsewhere.browser.at == SECURITY


def test_the_session_gets_a_new_name_and_the_old_cookie_is_dead(harness: Harness, account: Account) -> None:
    account.open(TOTP)
    copied = account.browser.cookie("session") or ""
    account.browser.submit(action=TOTP, code=pyotp.TOTP(account.key()).at(harness.clock.now()))
    thief = Account(harness, account.someone)
    thief.browser.set_cookie("session", copied)
    thief.browser.get(SECURITY)
    assert thief.at("/identify")
