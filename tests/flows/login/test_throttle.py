"""Guessing: every try is paid for before it is judged, whoever sends it, from wherever, however many at once."""

import dataclasses
import functools
from pathlib import Path

import pytest

from idp.factors.hashing import Hasher
from idp.kernel.clock import DAY, MINUTE
from idp.login.policy import rate_limits
from idp.web import context
from tests.support.browser import Browser
from tests.support.concurrency import close, rush
from tests.support.harness import Harness, Someone
from tests.support.login_driver import LoginDriver
from tests.support.tables import count, events

LIMIT = 10
WINDOW = 15 * MINUTE
TOO_MANY = "Too many tries"


def stranger_at_code(harness: Harness, driver: LoginDriver, someone: Someone) -> Browser:
    browser = Browser(harness)
    driver.to_code(browser, someone)
    return browser


def use_up_codes(browser: Browser) -> None:
    for _ in range(LIMIT):
        assert browser.submit(code="000000").status_code == 400
    assert browser.submit(code="000000").status_code == 429


def guess_password(browser: Browser, name: str = "jane", password: str = "wrong") -> int:
    return browser.submit(username=name, password=password).status_code


def test_the_code_after_the_limit_is_refused_even_if_right(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person(totp=True)
    browser = stranger_at_code(harness, driver, jane)
    use_up_codes(browser)
    page = browser.submit(code=jane.code(harness.clock))
    assert page.status_code == 429
    assert TOO_MANY in page.text
    assert page.headers["Retry-After"] == "900"
    assert count(harness, "sessions") == 0


class CountingHasher(Hasher):
    """Tells how often it was put to work."""

    hashes = 0

    def digest(self, secret: str, salt: bytes) -> str:
        self.hashes += 1
        return super().digest(secret, salt)


def test_recovery_codes_past_the_limit_cost_no_hash(harness: Harness, driver: LoginDriver) -> None:
    """Or whoever has a password could keep the processors from everybody else's."""
    jane = harness.person(totp=True)
    browser = stranger_at_code(harness, driver, jane)
    browser.get(browser.at.replace("/code", "/recovery"))
    hasher = CountingHasher.from_settings(harness.settings)
    context.install(harness.app, dataclasses.replace(harness.services, hasher=hasher))
    for _ in range(LIMIT):
        assert browser.submit(code="0000-0000-0000-0000").status_code == 400
    assert browser.submit(code=jane.codes[0]).status_code == 429
    assert hasher.hashes == LIMIT
    assert events(harness, "sign_in.second_step", "throttled") == 1


@pytest.mark.parametrize(("later", "status"), [(WINDOW - 1, 429), (WINDOW, 200)])
def test_the_limit_ends_with_its_window(harness: Harness, driver: LoginDriver, later: int, status: int) -> None:
    jane = harness.person(totp=True)
    browser = stranger_at_code(harness, driver, jane)
    use_up_codes(browser)
    harness.clock.advance(later)
    assert browser.submit(code=jane.code(harness.clock)).status_code == status


def test_the_count_and_the_spent_codes_outlive_a_restart(harness: Harness, driver: LoginDriver, tmp_path: Path) -> None:
    jane, kim = harness.person("jane", totp=True), harness.person("kim", totp=True)
    use_up_codes(stranger_at_code(harness, driver, jane))
    stranger_at_code(harness, driver, kim).submit(code=kim.code(harness.clock))
    other = Harness(str(harness.settings.database_url), tmp_path)
    try:
        again = LoginDriver(other)
        for someone, status in ((jane, 429), (kim, 400)):
            browser = stranger_at_code(other, again, someone)
            assert browser.submit(code=someone.code(other.clock)).status_code == status
    finally:
        other.close()


def test_recovery_codes_and_app_codes_share_one_count(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person(totp=True)
    browser = stranger_at_code(harness, driver, jane)
    use_up_codes(browser)
    browser.get(browser.at.replace("/code", "/recovery"))
    assert browser.submit(code=jane.codes[0]).status_code == 429


def test_neither_another_browser_nor_the_right_password_opens_the_codes_again(
    harness: Harness, driver: LoginDriver
) -> None:
    jane = harness.person(totp=True)
    browser = stranger_at_code(harness, driver, jane)
    for _ in range(LIMIT // 2):
        browser.submit(code="000000")
    other = stranger_at_code(harness, driver, jane)
    for _ in range(LIMIT // 2):
        assert other.submit(code="000000").status_code == 400
    assert stranger_at_code(harness, driver, jane).submit(code=jane.code(harness.clock)).status_code == 429


def test_a_run_of_wrong_codes_locks_the_second_step_until_an_administrator_helps(
    harness: Harness, driver: LoginDriver
) -> None:
    jane = harness.person(totp=True)
    browser, judged = stranger_at_code(harness, driver, jane), 0
    for _ in range(12):
        while browser.submit(code="000000").status_code == 400:
            judged += 1
        harness.clock.advance(DAY)
        browser = stranger_at_code(harness, driver, jane)
    assert judged == harness.settings.throttle_codes_in_a_row
    assert browser.submit(code=jane.code(harness.clock)).status_code == 429
    with harness.services.database.write() as tx:
        tx.throttles.reset_all(f"code:user:{jane.id}:")
    assert browser.submit(code=jane.code(harness.clock)).status_code == 200


@pytest.mark.parametrize("name", ["jane", "nobody"])
def test_wrong_passwords_are_limited_for_names_that_exist_and_names_that_do_not(
    harness: Harness, driver: LoginDriver, name: str
) -> None:
    jane = harness.person()
    for _ in range(LIMIT):
        browser = Browser(harness)
        driver.authorize(browser, "pwd")
        assert guess_password(browser, name) == 400
    browser = Browser(harness)
    driver.authorize(browser, "pwd")
    assert guess_password(browser, name, jane.password) == 429
    assert guess_password(browser, name.upper(), jane.password) == 429, "the same name in another spelling"


def test_parallel_wrong_passwords_are_judged_no_more_often_than_the_limit(
    harness: Harness, driver: LoginDriver
) -> None:
    jane = harness.person()
    browsers = [Browser(harness) for _ in range(40)]
    for browser in browsers:
        driver.authorize(browser, "pwd")
    rush([functools.partial(guess_password, browser) for browser in browsers])
    assert events(harness, "sign_in.password", "failure") == LIMIT
    browsers[0].submit(username="jane", password=jane.password)
    assert browsers[0].page.status_code == 429


def test_a_stranger_cannot_lock_a_person_out_of_their_own_browser(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person(totp=True)
    own = Browser(harness)
    driver.sign_in(own, jane)
    stranger = Browser(harness)
    driver.authorize(stranger)
    while guess_password(stranger) == 400:
        pass
    harness.clock.advance(60)
    assert driver.sign_in(own, jane, since=harness.clock.now())["acr"] == "mfa"


def test_a_browser_known_for_one_person_gives_no_lane_with_another(harness: Harness, driver: LoginDriver) -> None:
    harness.person("jane")
    own = harness.person("mallory")
    browser = Browser(harness)
    driver.sign_in(browser, own, "pwd")
    for _ in range(3):
        stranger = Browser(harness)
        driver.authorize(stranger, "pwd")
        for _ in range(4):
            guess_password(stranger)
    driver.authorize(browser, "pwd", since=harness.clock.now() + 1)
    browser.get(browser.at + "?other=1")
    assert guess_password(browser) == 429


def test_browsers_from_before_the_second_step_give_no_extra_tries_at_it(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person()
    thief = [Browser(harness) for _ in range(3)]
    for browser in thief:
        driver.sign_in(browser, jane, "pwd")
    harness.clock.advance(60)
    jane = driver.set_up(Browser(harness), jane)
    judged = 0
    for browser in thief:
        close(browser)
        driver.to_code(browser, jane)
        while browser.submit(code="000000").status_code == 400:
            judged += 1
    assert judged == LIMIT


@pytest.mark.parametrize("address", ["203.0.113.7", "not an address", "2001:db8::1, 10.0.0.1", "\t", "1" * 9000])
def test_forwarded_for_from_an_untrusted_peer_changes_nothing(
    harness: Harness, driver: LoginDriver, address: str
) -> None:
    jane = harness.person(totp=True)
    browser = stranger_at_code(harness, driver, jane)
    for number in range(LIMIT):
        browser.headers |= {
            "X-Forwarded-For": address + str(number),
            "Forwarded": f"for={address}",
            "X-Real-IP": address,
        }
        assert browser.submit(code="000000").status_code == 400
    assert browser.submit(code=jane.code(harness.clock)).status_code == 429
    with harness.services.database.read() as tx:
        assert {event.address for event in tx.audit.latest()} == {""}, (
            "what the peer said of itself is recorded nowhere"
        )


def test_a_disabled_account_looks_like_a_wrong_password_and_opens_no_lane(
    harness: Harness, driver: LoginDriver
) -> None:
    gone = harness.person("gone", status="disabled")
    browser = Browser(harness)
    driver.authorize(browser, "pwd")
    for _ in range(LIMIT):
        assert guess_password(browser, "gone", gone.password) == 400
    assert guess_password(browser, "gone", gone.password) == 429


def from_address(browser: Browser, address: str) -> Browser:
    """The browser, as a trusted proxy passes its requests on."""
    browser.headers |= {"X-Forwarded-For": address}
    return browser


def from_peer(browser: Browser, peer: str) -> None:
    """Lets the requests come from this address."""
    app = browser.client.application
    browser.client.application = lambda environ, start: app(environ | {"REMOTE_ADDR": peer}, start)


def test_one_network_sprays_no_passwords(proxied: Harness) -> None:
    """Three hundred names with one try each; a browser known for somebody there is not refused."""
    driver, jane = LoginDriver(proxied), proxied.person()
    known = from_address(Browser(proxied), "203.0.113.7")
    driver.authorize(known, "pwd")
    known.submit(username="jane", password=jane.password)
    known.client.delete_cookie("__Host-countersign-session", domain="id.example.test")
    thief = from_address(Browser(proxied), "203.0.113.7")
    driver.authorize(thief, "pwd")
    limit = proxied.settings.throttle_network_per_quarter_hour
    statuses = [guess_password(thief, f"name{number}") for number in range(limit + 20)]
    assert statuses == [400] * limit + [429] * 20
    assert guess_password(thief, "jane", jane.password) == 429
    driver.authorize(known, "pwd")
    known.submit(username="jane", password=jane.password)
    assert known.cookie("session")
    elsewhere = from_address(Browser(proxied), "203.0.113.8")
    driver.authorize(elsewhere, "pwd")
    assert guess_password(elsewhere, "nobody") == 400


def test_right_passwords_from_one_network_are_not_counted(proxied: Harness) -> None:
    """An office of many people signs in at eight o'clock."""
    driver, jane = LoginDriver(proxied), proxied.person()
    object.__setattr__(proxied.settings, "throttle_network_per_quarter_hour", 2)
    for _ in range(4):
        browser = from_address(Browser(proxied), "203.0.113.7")
        driver.authorize(browser, "pwd")
        browser.submit(username="jane", password=jane.password)
        assert browser.cookie("session")


@pytest.mark.parametrize("other", ["jane@example.test", "nobody@example.test"])
def test_tries_at_a_user_name_do_not_show_whose_an_address_is(
    harness: Harness, driver: LoginDriver, other: str
) -> None:
    jane = harness.person()
    browser = Browser(harness)
    driver.authorize(browser, "pwd")
    for _ in range(LIMIT):
        guess_password(browser, "jane")
    assert guess_password(browser, "jane") == 429
    assert [guess_password(browser, other) for _ in range(LIMIT + 1)] == [400] * LIMIT + [429]
    driver.authorize(browser, "pwd")
    assert guess_password(browser, "jane@example.test", jane.password) in {400, 429}, "nor is one more try won"
    assert not browser.cookie("session")


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [
        ("203.0.113.7:4711", "203.0.113.7"),
        ("[2001:db8::17]:4711", "2001:db8::17"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2002:cb00:7107::1", "203.0.113.7"),
        ("64:ff9b::203.0.113.7", "203.0.113.7"),
        ("unknown", "198.51.100.1"),
        ("", "198.51.100.1"),
    ],
)
def test_an_address_has_one_spelling_everywhere(proxied: Harness, sent: str, recorded: str) -> None:
    browser = from_address(Browser(proxied), sent)
    from_peer(browser, "198.51.100.1")
    LoginDriver(proxied).authorize(browser, "pwd")
    guess_password(browser)
    with proxied.services.database.read() as tx:
        assert {event.address for event in tx.audit.latest()} == {recorded}


def test_clients_without_a_known_address_share_no_limit(harness: Harness) -> None:
    """Or ten of them would shut "Forgot password" for everybody, and twenty the page for codes of devices."""
    browser = Browser(harness)
    from_peer(browser, "")
    for number in range(rate_limits.ADDRESS_LIMIT.short_count + 1):
        browser.get("/recover")
        assert browser.submit(username=f"name{number}").status_code == 200
    browser.get("/device")
    for _ in range(rate_limits.USER_CODE_LIMIT.short_count + 1):
        assert browser.submit(user_code="BBBB-BBBB").status_code == 400
