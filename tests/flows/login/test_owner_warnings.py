"""The owner learns that somebody has their password, and no account has sessions without bound."""

import pytest

from idp.kernel.clock import DAY
from idp.login.policy.rate_limits import WARN_AFTER
from tests.support.account import Account, mails
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.login_driver import LoginDriver
from tests.support.tables import count, events


def give_wrong_codes(harness: Harness, driver: LoginDriver, someone: Someone, number: int) -> None:
    browser = Browser(harness)
    driver.to_code(browser, someone)
    for _ in range(number):
        browser.submit(code="000000")


@pytest.mark.promise("FM23")
def test_wrong_codes_after_the_right_password_are_mailed_to_the_owner_once_a_day(
    harness: Harness, driver: LoginDriver
) -> None:
    """ASVS 6.3.5. The codes may come from several browsers."""
    jane = harness.person(totp=True)
    give_wrong_codes(harness, driver, jane, WARN_AFTER - 1)
    assert "wrong_codes" not in mails(harness)
    for _ in range(2):
        give_wrong_codes(harness, driver, jane, 2)
    assert mails(harness).count("wrong_codes") == 1
    harness.clock.advance(DAY)
    give_wrong_codes(harness, driver, jane, WARN_AFTER)
    assert mails(harness).count("wrong_codes") == 2


def test_a_few_wrong_codes_of_the_owner_are_no_reason_for_a_mail(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person(totp=True)
    for _ in range(3):
        browser = Browser(harness)
        driver.to_code(browser, jane)
        for _ in range(WARN_AFTER - 1):
            browser.submit(code="000000")
        harness.clock.advance(30)
        browser.submit(code=jane.code(harness.clock))
        assert browser.cookie("session")
    assert "wrong_codes" not in mails(harness)


def test_the_session_used_least_recently_ends_when_there_are_too_many(harness: Harness) -> None:
    object.__setattr__(harness.settings, "sessions_per_person", 3)
    jane = harness.person()
    accounts = []
    for _ in range(4):
        accounts.append(Account(harness, jane))
        accounts[-1].open()
        harness.clock.advance(400)
        accounts[0].open()  # used all the time
    assert count(harness, "sessions") == 3
    assert [account.session is not None for account in accounts] == [True, False, True, True]
    assert events(harness, "session.ended") == 1
