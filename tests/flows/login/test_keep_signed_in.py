"""*Keep me signed in*: the session outlives the browser by choice, as policy allows, for seven days at most."""

from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest

from idp.kernel.clock import DAY
from tests.support.account import PASSWORD, Account
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import Harness, Someone, fresh_harness
from tests.support.login_driver import LoginDriver
from tests.support.passkeys import options, with_passkey

NEW = "violet tram sleeps under nine bridges"
BOX = 'name="keep" value="1"'


@pytest.fixture
def max_(harness: Harness) -> Someone:
    return harness.person("max")


def lifetime(browser: Browser, name: str = "session") -> int | None:
    """Seconds that the last answer gave the cookie; None: until the browser is closed."""
    found: int | None = None
    for hop in browser.hops:
        for header in hop.headers.getlist("Set-Cookie"):
            for cookie in SimpleCookie(header).values():
                if cookie.key == f"__Host-countersign-{name}":
                    found = int(cookie["max-age"]) if cookie["max-age"] else None
    return found


def sign_in(driver: LoginDriver, browser: Browser, someone: Someone, *, keep: bool = False) -> None:
    driver.authorize(browser, "pwd")
    box: dict[str, Any] = {"keep": "1"} if keep else {}
    browser.submit(username=someone.username, password=someone.password, **box)
    assert driver.claims(browser)


@pytest.mark.promise("FM22")
def test_a_person_chooses_whether_closing_the_browser_signs_them_out(
    driver: LoginDriver, browser: Browser, max_: Someone
) -> None:
    sign_in(driver, browser, max_)
    assert lifetime(browser) is None
    other = Browser(driver.harness)
    sign_in(driver, other, max_, keep=True)
    assert lifetime(other) == 7 * DAY


def test_the_time_is_not_prolonged_by_proving_more_or_changing_something(
    harness: Harness, driver: LoginDriver, browser: Browser
) -> None:
    jane = harness.person(totp=True)
    driver.authorize(browser, "pwd")
    browser.submit(username="jane", password=jane.password, keep="1")
    browser.submit(code=jane.code(harness.clock))
    assert lifetime(browser) == 7 * DAY
    end = harness.clock.now() + 7 * DAY
    harness.clock.advance(2 * DAY)
    driver.sign_in(browser, jane, "mfa", since=harness.clock.now())
    assert lifetime(browser) == end - harness.clock.now()
    account = Account(harness, jane)
    account.browser = browser
    harness.clock.advance(DAY)
    account.open(PASSWORD)
    account.browser.submit(action=PASSWORD, password=NEW)
    assert lifetime(browser) == end - harness.clock.now()


def test_the_next_person_at_this_browser_chooses_anew(
    harness: Harness, driver: LoginDriver, browser: Browser, max_: Someone
) -> None:
    sign_in(driver, browser, max_, keep=True)
    kim = harness.person("kim")
    driver.authorize(browser, "pwd", since=harness.clock.now() + 1)
    browser.get(browser.at + "?other=1")
    assert BOX in browser.page.text
    harness.clock.advance(1)
    browser.submit(username="kim", password=kim.password)
    assert driver.claims(browser)
    assert lifetime(browser) is None
    assert browser.cookie("keep") is None


def test_signing_out_forgets_the_choice(driver: LoginDriver, browser: Browser, max_: Someone) -> None:
    sign_in(driver, browser, max_, keep=True)
    browser.get("/account/")
    browser.submit(action="/account/sign-out")
    assert browser.cookie("keep") is browser.cookie("session") is None


@pytest.mark.parametrize("value", ["", "x", "9" * 30, "\u0663", "-5", "1e9"])
def test_a_made_up_time_gives_nothing_beyond_policy(
    harness: Harness, driver: LoginDriver, max_: Someone, value: str
) -> None:
    browser = Browser(harness)
    sign_in(driver, browser, max_)
    browser.set_cookie("keep", value)
    harness.clock.advance(1)
    driver.authorize(browser, "pwd", since=harness.clock.now())
    browser.submit(password=max_.password, username="max")
    assert driver.claims(browser)
    assert (lifetime(browser) or 0) <= 7 * DAY


def test_a_passkey_takes_the_same_choice(harness: Harness, driver: LoginDriver, browser: Browser) -> None:
    owner = with_passkey(harness)
    driver.authorize(browser, "phr")
    answer = owner.key.get(options(browser))
    browser.submit(action="/passkey", credential=answer, keep="1")
    assert driver.claims(browser)
    assert lifetime(browser) == 7 * DAY


def test_the_choice_is_kept_when_a_touch_was_not_enough(
    harness: Harness, driver: LoginDriver, browser: Browser
) -> None:
    owner = with_passkey(harness)
    driver.authorize(browser, "pwd")
    answer = owner.key.get(options(browser), verifies=False)
    browser.submit(action="/passkey", credential=answer, keep="1")
    assert browser.at.endswith("/identify")
    browser.submit(username="jane", password=owner.someone.password)
    assert driver.claims(browser)
    assert lifetime(browser) == 7 * DAY


def test_after_a_wrong_password_the_box_is_still_ticked(driver: LoginDriver, browser: Browser, max_: Someone) -> None:
    driver.authorize(browser, "pwd")
    browser.submit(username=max_.username, password="wrong", keep="1")
    assert f"{BOX} checked" in browser.page.text


@pytest.mark.parametrize("days", [0, 1])
def test_policy_decides_whether_and_how_long(databases: Databases, tmp_path: Path, days: int) -> None:
    with fresh_harness(databases, tmp_path, keep_signed_in_days=days) as harness:
        someone, browser = harness.person("max"), Browser(harness)
        LoginDriver(harness).authorize(browser, "pwd")
        assert (BOX in browser.page.text) is bool(days)
        browser.submit(username="max", password=someone.password, keep="1")
        assert lifetime(browser) == (DAY if days else None)
