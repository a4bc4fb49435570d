"""Remembered devices: what they spare, for how long, and to whom they are worth nothing."""

import pytest

from idp.kernel.clock import DAY, MINUTE
from tests.support.browser import Browser
from tests.support.concurrency import close, twin
from tests.support.harness import Harness, Someone
from tests.support.issuer_client import IssuerClient
from tests.support.login_driver import LoginDriver
from tests.support.tables import events

FORTNIGHT = 14 * DAY


def come_back(driver: LoginDriver, browser: Browser, someone: Someone, acr: str = "remembered") -> str:
    """Opens the browser again, gives the password, and tells where that led: the level reached, or the page."""
    close(browser)
    assert driver.authorize(browser, acr) is None
    browser.submit(username=someone.username, password=someone.password)
    claims = driver.claims(browser)
    return claims["acr"] if claims else browser.at.rpartition("/")[2]


@pytest.fixture
def jane(harness: Harness) -> Someone:
    return harness.person(totp=True)


@pytest.fixture
def remembered(driver: LoginDriver, browser: Browser, jane: Someone) -> Browser:
    driver.sign_in(browser, jane, remember=True)
    return browser


@pytest.mark.promise("SM10", "SM11")
@pytest.mark.parametrize(("age", "met"), [(0, "remembered"), (FORTNIGHT - 1, "remembered"), (FORTNIGHT, "code")])
def test_the_code_is_spared_for_a_fortnight_to_the_second(
    driver: LoginDriver, jane: Someone, remembered: Browser, age: int, met: str
) -> None:
    driver.harness.clock.advance(age)
    assert come_back(driver, remembered, jane) == met


@pytest.mark.promise("SM10", "FM7")
def test_without_the_tick_the_code_is_asked_each_time(driver: LoginDriver, browser: Browser, jane: Someone) -> None:
    driver.sign_in(browser, jane)
    assert come_back(driver, browser, jane) == "code"


@pytest.mark.promise("FM7")
def test_a_new_browser_asks_for_the_code(
    harness: Harness, driver: LoginDriver, jane: Someone, remembered: Browser
) -> None:
    assert come_back(driver, Browser(harness), jane) == "code"
    assert come_back(driver, remembered, jane) == "remembered"


@pytest.mark.promise("SM11")
def test_using_the_device_does_not_move_the_end(
    harness: Harness, driver: LoginDriver, jane: Someone, remembered: Browser
) -> None:
    for _ in range(13):
        harness.clock.advance(DAY)
        assert come_back(driver, remembered, jane) == "remembered"
    harness.clock.advance(DAY)
    assert come_back(driver, remembered, jane) == "code"


@pytest.mark.promise("SM11")
def test_a_session_opened_by_a_remembered_device_ends_with_it(
    harness: Harness, driver: LoginDriver, jane: Someone, remembered: Browser
) -> None:
    harness.clock.advance(FORTNIGHT - 1)
    assert come_back(driver, remembered, jane) == "remembered"
    harness.clock.advance(1)
    assert driver.authorize(remembered) is None


def test_the_skipped_factor_is_never_claimed(
    harness: Harness, driver: LoginDriver, jane: Someone, remembered: Browser
) -> None:
    proven = harness.clock.now()
    harness.clock.advance(DAY)
    come_back(driver, remembered, jane)
    assert driver.claims(remembered) == {
        "user": "jane",
        "acr": "remembered",
        "amr": ["pwd"],
        "auth_time": harness.clock.now(),
        "second_factor_at": proven,
    }


@pytest.mark.parametrize("acr", ["two-step", "mfa"])
def test_a_door_that_wants_a_real_factor_still_asks(
    driver: LoginDriver, jane: Someone, remembered: Browser, acr: str
) -> None:
    assert come_back(driver, remembered, jane, acr) == "code"


def test_an_ended_trust_does_not_live_again_when_the_device_is_remembered_anew(
    harness: Harness, driver: LoginDriver, jane: Someone, remembered: Browser
) -> None:
    harness.clock.advance(MINUTE)
    assert come_back(driver, remembered, jane) == "remembered"
    thief = twin(remembered)
    assert driver.authorize(thief)
    with harness.services.database.write() as tx:
        assert tx.devices.distrust(user_id=jane.id)
    assert driver.authorize(thief) is None
    close(remembered)
    driver.sign_in(remembered, jane, remember=True)
    assert driver.authorize(thief) is None


@pytest.mark.parametrize("position", [0, 5, 15, 16, 17, 30, -1])
def test_an_edited_cookie_is_a_stranger(driver: LoginDriver, jane: Someone, remembered: Browser, position: int) -> None:
    value = remembered.cookie("browser") or ""
    flipped = chr(ord(value[position]) ^ 1)
    at = position % len(value)
    remembered.set_cookie("browser", value[:at] + flipped + value[at + 1 :])
    assert come_back(driver, remembered, jane) == "code"


@pytest.mark.parametrize("value", ["", ".", "x", "x.", ".x", "a.b.c", "\x00.\x00", '"\\000.\\000"', "é.é", "1" * 600])
def test_a_made_up_cookie_is_a_stranger(harness: Harness, driver: LoginDriver, jane: Someone, value: str) -> None:
    browser = Browser(harness)
    driver.authorize(browser)
    login = browser.cookie("login")
    name = "__Host-countersign-"
    browser.client = IssuerClient(harness.app, harness.settings.issuer, use_cookies=False)
    browser.headers["Cookie"] = f"{name}login={login}; {name}browser={value}"
    browser.submit(username="jane", password=jane.password)
    assert browser.page.status_code in {200, 410}, "the sign-in went on; its next page wants the renewed cookie"
    assert events(harness, "sign_in.password", "success") == 1
    assert events(harness, "device.copied") == 0


def test_a_cookie_copied_to_another_person_is_worth_nothing(
    harness: Harness, driver: LoginDriver, remembered: Browser
) -> None:
    kim = harness.person("kim", totp=True)
    assert come_back(driver, remembered, kim) == "code"


def test_two_people_share_a_browser_and_not_its_trust(
    harness: Harness, driver: LoginDriver, jane: Someone, remembered: Browser
) -> None:
    kim = harness.person("kim", totp=True)
    close(remembered)
    driver.sign_in(remembered, kim)
    assert come_back(driver, remembered, kim) == "code"
    assert come_back(driver, remembered, jane) == "remembered"


def test_an_outdated_copy_given_with_the_right_password_ends_the_trust(
    harness: Harness, driver: LoginDriver, jane: Someone, remembered: Browser
) -> None:
    thief = twin(remembered)
    harness.clock.advance(MINUTE)
    assert come_back(driver, remembered, jane) == "remembered"
    harness.clock.advance(MINUTE)
    assert come_back(driver, thief, jane) == "code"
    assert events(harness, "device.copied") == 1
    assert come_back(driver, remembered, jane) == "code", "one of the two is a thief, and nobody knows which"


def test_a_copy_used_first_is_found_out_when_the_owner_comes_back(
    harness: Harness, driver: LoginDriver, jane: Someone, remembered: Browser
) -> None:
    thief = twin(remembered)
    harness.clock.advance(MINUTE)
    assert come_back(driver, thief, jane) == "remembered"
    harness.clock.advance(MINUTE)
    assert come_back(driver, remembered, jane) == "code"
    assert driver.authorize(thief) is None, "the thief's session falls with the trust that opened it"


def test_an_outdated_copy_without_the_password_ends_nothing(
    harness: Harness, driver: LoginDriver, jane: Someone, remembered: Browser
) -> None:
    thief = twin(remembered)
    harness.clock.advance(MINUTE)
    assert come_back(driver, remembered, jane) == "remembered"
    harness.clock.advance(MINUTE)
    close(thief)
    driver.authorize(thief)
    thief.submit(username="jane", password="a guess")
    assert come_back(driver, remembered, jane) == "remembered"


@pytest.mark.promise("SM11")
def test_no_window_means_no_offer_and_no_trust(harness: Harness, driver: LoginDriver, jane: Someone) -> None:
    never = Harness(str(harness.settings.database_url), harness.settings.data_dir.parent, remember_days=0)
    try:
        driver, browser = LoginDriver(never), Browser(never)
        driver.to_code(browser, jane)
        assert 'name="remember"' not in browser.page.text
        browser.submit(code=jane.code(never.clock), remember="1")
        assert driver.claims(browser)
        assert come_back(driver, browser, jane) == "code"
    finally:
        never.close()


def test_a_recovery_code_never_remembers_the_device(harness: Harness, driver: LoginDriver, jane: Someone) -> None:
    browser = Browser(harness)
    driver.to_code(browser, jane)
    browser.get(browser.at.replace("/code", "/recovery"))
    browser.submit(code=jane.codes[0], remember="1")
    assert driver.claims(browser)
    assert come_back(driver, browser, jane) == "code"
