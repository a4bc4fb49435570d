"""Races over whole requests: however many come at once, what is single-use has one winner, and nobody sees a fault."""

import functools
from typing import Any

import pyotp
import pytest

from idp.factors.totp import PERIOD
from tests.support.browser import Browser
from tests.support.concurrency import CROWD, rush, twin
from tests.support.harness import Harness, Someone
from tests.support.login_driver import LoginDriver, offered_seed
from tests.support.tables import count, events, rows


def statuses(browsers: list[Browser]) -> set[int]:
    return {browser.page.status_code for browser in browsers}


def send(browsers: list[Browser], **fields: str | list[str]) -> None:
    """Every browser submits its form at the same moment; a list gives each its own value."""

    def act(number: int) -> None:
        own: dict[str, Any] = {
            name: value if isinstance(value, str) else value[number] for name, value in fields.items()
        }
        browsers[number].submit(**own)
        assert browsers[number].page.status_code < 500, browsers[number].page.text

    rush([functools.partial(act, number) for number in range(len(browsers))])


def inside(browsers: list[Browser]) -> set[str]:
    """The sessions that they hold cookies of; of one form sent many times every copy gets the same answer."""
    return {cookie for browser in browsers if (cookie := browser.cookie("session"))}


def crowd_at_code(harness: Harness, driver: LoginDriver, someone: Someone, size: int = CROWD) -> list[Browser]:
    browsers = [Browser(harness) for _ in range(size)]
    for browser in browsers:
        driver.to_code(browser, someone)
    return browsers


@pytest.mark.promise("SA1", "MS1")
def test_one_app_code_opens_one_of_32_sign_ins(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person(totp=True)
    browsers = crowd_at_code(harness, driver, jane)
    code = jane.code(harness.clock)
    send(browsers, code=code)
    assert len(inside(browsers)) == count(harness, "sessions") == 1


@pytest.mark.promise("ES10", "FM15", "MS6")
def test_one_recovery_code_opens_one_of_32_sign_ins(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person(totp=True)
    browsers = crowd_at_code(harness, driver, jane)
    for browser in browsers:
        browser.get(browser.at.replace("/code", "/recovery"))
    send(browsers, code=jane.codes[0])
    assert len(inside(browsers)) == count(harness, "sessions") == 1
    assert events(harness, "sign_in.recovery_code", "success") == 1


def test_one_attempt_with_the_right_password_sent_32_times_opens_one_session(
    harness: Harness, driver: LoginDriver
) -> None:
    max_ = harness.person("max")
    browser = Browser(harness)
    driver.authorize(browser, "pwd")
    browsers = [twin(browser) for _ in range(CROWD)]
    send(browsers, username="max", password=max_.password)
    assert len(inside(browsers)) == count(harness, "sessions") == 1
    assert statuses(browsers) <= {200, 403, 410, 429}


def test_one_attempt_with_the_right_code_sent_32_times_opens_one_session(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person(totp=True)
    browser = Browser(harness)
    driver.to_code(browser, jane)
    browsers = [twin(browser) for _ in range(CROWD)]
    code = jane.code(harness.clock)
    send(browsers, code=code)
    assert len(inside(browsers)) == count(harness, "sessions") == 1


def test_two_people_finishing_in_two_tabs_of_one_browser_do_not_block_each_other(
    harness: Harness, driver: LoginDriver
) -> None:
    people = [harness.person(name, totp=True) for name in ("jane", "kim")]
    for _ in range(10):
        harness.clock.advance(PERIOD)
        browser = Browser(harness)
        tabs = []
        for someone in people:
            driver.to_code(browser, someone)
            tabs.append(twin(browser))
        for tab in tabs:
            tab.set_cookie("login", browser.cookie("login") or "")
            tab.get(tab.at)
        send(tabs, code=[someone.code(harness.clock) for someone in people])
        assert inside(tabs)


def test_one_set_up_confirmed_32_times_makes_one_factor(harness: Harness, driver: LoginDriver) -> None:
    max_ = harness.person("max", second_step_required=True)
    browser = Browser(harness)
    driver.authorize(browser)
    browser.submit(username="max", password=max_.password)
    code = pyotp.TOTP(offered_seed(browser)).at(harness.clock.now())
    browsers = [twin(browser) for _ in range(CROWD)]
    send(browsers, code=code)
    assert count(harness, "factors") == count(harness, "recovery_sets") == 1
    assert count(harness, "recovery_codes") == 8
    assert count(harness, "sessions") == 0  # the recovery codes are still to be saved


def test_set_ups_in_many_browsers_make_one_factor(harness: Harness, driver: LoginDriver) -> None:
    max_ = harness.person("max", second_step_required=True)
    browsers = [Browser(harness) for _ in range(8)]
    for browser in browsers:
        driver.authorize(browser)
        browser.submit(username="max", password=max_.password)
    codes = [pyotp.TOTP(offered_seed(browser)).at(harness.clock.now()) for browser in browsers]
    assert len(set(codes)) > 1
    send(browsers, code=codes)
    assert count(harness, "factors") == count(harness, "recovery_sets") == events(harness, "factor.added") == 1
    assert count(harness, "recovery_codes") == 8
    assert sum(browser.at.endswith("/recovery-codes") for browser in browsers) == 1


def test_saving_the_codes_said_32_times_opens_one_session(harness: Harness, driver: LoginDriver) -> None:
    max_ = harness.person("max", second_step_required=True)
    browser = Browser(harness)
    driver.authorize(browser)
    browser.submit(username="max", password=max_.password)
    browser.submit(code=pyotp.TOTP(offered_seed(browser)).at(harness.clock.now()))
    assert browser.at.endswith("/recovery-codes")
    browsers = [twin(browser) for _ in range(CROWD)]
    send(browsers, saved="1")
    assert len(inside(browsers)) == count(harness, "sessions") == 1
    assert events(harness, "recovery_codes.saved") == 1


@pytest.mark.promise("ES18")
def test_the_last_two_recovery_codes_used_together_leave_no_dead_end(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person(totp=True)
    for code in jane.codes[:6]:
        browser = Browser(harness)
        driver.to_code(browser, jane)
        browser.get(browser.at.replace("/code", "/recovery"))
        browser.submit(code=code)
        assert driver.claims(browser)
    browsers = crowd_at_code(harness, driver, jane, 2)
    for browser in browsers:
        browser.get(browser.at.replace("/code", "/recovery"))
    send(browsers, code=list(jane.codes[6:]))
    unused = [row for row in rows(harness, "recovery_codes")["recovery_codes"] if row[-1] is None]
    assert unused, "nobody may be left without recovery codes and without a new set"


def test_a_step_up_sent_32_times_renames_the_session_once(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person(totp=True)
    browser = Browser(harness)
    driver.sign_in(browser, jane)
    harness.clock.advance(PERIOD)
    driver.to_code(browser, jane, "mfa", since=harness.clock.now())
    browsers = [twin(browser) for _ in range(CROWD)]
    code = jane.code(harness.clock, step=1)
    send(browsers, code=code)
    renamed = inside(browsers) - {browser.cookie("session")}
    assert len(renamed) == count(harness, "sessions") == 1
