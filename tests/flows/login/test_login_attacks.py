"""Known ways around a second step, each tried."""

import pyotp
import pytest

from idp.admin import users
from idp.factors.totp import PERIOD
from idp.kernel.clock import MINUTE
from tests.support.browser import Browser
from tests.support.concurrency import close, twin
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.login_driver import LoginDriver, csrf_of, offered_seed
from tests.support.tables import count, rows

CLOCK_HINT = "sets its clock by itself"
FAREWELLS = {"/account/signed-out", "/account/closed"}
"""Pages that say goodbye to somebody who is gone, and show nothing of anybody."""


@pytest.fixture
def jane(harness: Harness) -> Someone:
    return harness.person(totp=True)


def to_recovery(driver: LoginDriver, browser: Browser, someone: Someone) -> None:
    driver.to_code(browser, someone)
    browser.get(browser.at.replace("/code", "/recovery"))


@pytest.mark.promise("SA1", "ES12", "MS1", "FM8")
def test_the_password_alone_gives_no_access(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.to_code(browser, jane)
    assert browser.cookie("session") is None
    assert driver.authorize(browser, "pwd") is None
    assert count(harness, "sessions") == 0


@pytest.mark.promise("FM8")
def test_the_code_page_appears_only_after_the_right_password(
    driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.authorize(browser)
    code_page = browser.at.replace("/identify", "/code")
    assert browser.get(code_page).status_code == 200
    assert browser.at.endswith("/identify")
    browser.submit(username=jane.username, password="wrong")
    assert browser.at.endswith("/identify")
    browser.submit(username=jane.username, password=jane.password)
    assert browser.at.endswith("/code")
    assert "Verify and sign in" in browser.page.text


def test_a_right_code_without_a_password_opens_nothing(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.authorize(browser)
    form = {"csrf": csrf_of(browser), "code": jane.code(harness.clock)}
    answer = browser.client.post(browser.at.replace("/identify", "/code"), base_url=ISSUER, data=form)
    assert answer.location == browser.at.removesuffix("?")
    assert count(harness, "sessions") == 0


def test_codes_a_b_a(harness: Harness, driver: LoginDriver, jane: Someone) -> None:
    """It is not enough to remember the last code."""
    first, second = jane.code(harness.clock, step=0), jane.code(harness.clock, step=1)
    for code, right in [(first, True), (second, True), (first, False), (second, False)]:
        browser = Browser(harness)
        driver.to_code(browser, jane)
        page = browser.submit(code=code)
        assert bool(driver.claims(browser)) is right
        assert ("was used already" in page.text) is not right, "the clock is not to blame"


def test_a_code_older_than_one_that_was_used_is_spent(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.to_code(browser, jane)
    browser.submit(code=jane.code(harness.clock, step=1))
    other = Browser(harness)
    driver.to_code(other, jane)
    assert other.submit(code=jane.code(harness.clock, step=0)).status_code == 400


@pytest.mark.promise("SA12", "FM9")
@pytest.mark.parametrize("step", [-40, -10, -3, -2, 2, 3, 10, 40])
def test_codes_of_other_times_are_refused_and_the_clock_is_blamed(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone, step: int
) -> None:
    driver.to_code(browser, jane)
    page = browser.submit(code=jane.code(harness.clock, step=step))
    assert page.status_code == 400
    assert CLOCK_HINT in page.text
    harness.clock.advance(PERIOD)
    browser.submit(code=jane.code(harness.clock))
    assert driver.claims(browser), "the next code is tried in the same place"


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_clock_one_step_off_will_do(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone, step: int
) -> None:
    driver.to_code(browser, jane)
    browser.submit(code=jane.code(harness.clock, step=step))
    assert driver.claims(browser)


def test_the_code_that_confirmed_a_set_up_signs_nobody_in(harness: Harness, driver: LoginDriver) -> None:
    max_ = harness.person("max")
    max_ = driver.set_up(Browser(harness), max_)
    other = Browser(harness)
    driver.to_code(other, max_)
    assert other.submit(code=max_.code(harness.clock)).status_code == 400
    harness.clock.advance(PERIOD)
    other.submit(code=max_.code(harness.clock))
    assert driver.claims(other)


@pytest.mark.parametrize("change", ["epoch", "disabled", "password", "reset"])
def test_a_sign_in_under_way_is_dead_after_a_change(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone, change: str
) -> None:
    driver.to_code(browser, jane)
    stood_at = browser.at
    with harness.services.database.write() as tx:
        user = users.find(tx, "jane")
        if change == "epoch":
            tx.users.raise_epoch(user)
        elif change == "disabled":
            users.disable(tx, user, harness.settings)
            users.enable(tx, user)
        elif change == "password":
            users.set_password(tx, user, user.password_hash or "")
        else:
            users.reset_mfa(tx, user)
    browser.submit(code=jane.code(harness.clock))
    assert browser.at == stood_at.replace("/code", "/identify")
    assert count(harness, "sessions") == 0


def test_a_disabled_person_gets_no_further(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.to_code(browser, jane)
    with harness.services.database.write() as tx:
        users.disable(tx, users.find(tx, "jane"), harness.settings)
    browser.submit(code=jane.code(harness.clock))
    browser.submit(username="jane", password=jane.password)
    assert "do not belong together" in browser.page.text
    assert count(harness, "sessions") == 0


@pytest.mark.promise("SA11", "ES10", "ES13", "FM14", "FM15", "MS6")
@pytest.mark.parametrize("typed", [str, str.lower, lambda code: code.replace("-", ""), lambda code: f" {code}\t"])
def test_a_recovery_code_works_once_however_it_is_typed(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone, typed: type[str]
) -> None:
    to_recovery(driver, browser, jane)
    browser.submit(code=typed(jane.codes[3]))
    claims = driver.claims(browser)
    assert claims
    assert (claims["acr"], claims["amr"]) == ("mfa", ["pwd", "otp", "mfa"])
    for again in (jane.codes[3], typed(jane.codes[3])):
        other = Browser(harness)
        to_recovery(driver, other, jane)
        page = other.submit(code=again)
        assert page.status_code == 400
        assert "Each one works once" in page.text


@pytest.mark.promise("SA3")
def test_a_recovery_code_of_another_person_is_refused(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    mallory = harness.person("mallory", totp=True)
    to_recovery(driver, browser, jane)
    assert browser.submit(code=mallory.codes[0]).status_code == 400
    browser.get(browser.at.replace("/recovery", "/code"))
    assert browser.submit(code=mallory.code(harness.clock)).status_code == 400
    assert all(row[-1] is None for row in rows(harness, "recovery_codes")["recovery_codes"])


def test_codes_of_one_kind_do_not_pass_as_the_other(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.to_code(browser, jane)
    assert browser.submit(code=jane.codes[0]).status_code == 400
    browser.get(browser.at.replace("/code", "/recovery"))
    assert browser.submit(code=jane.code(harness.clock)).status_code == 400


@pytest.mark.promise("ES18")
def test_the_last_recovery_code_leads_to_a_new_set_before_anything_else(
    harness: Harness, driver: LoginDriver, jane: Someone
) -> None:
    for code in jane.codes[:-1]:
        browser = Browser(harness)
        to_recovery(driver, browser, jane)
        browser.submit(code=code)
        assert driver.claims(browser)
    browser = Browser(harness)
    to_recovery(driver, browser, jane)
    browser.submit(code=jane.codes[-1])
    assert browser.at.endswith("/recovery-codes")
    assert "You used your last recovery code" in browser.page.text
    for acr in ("pwd", "remembered", "mfa"):
        assert driver.authorize(twin(browser), acr) is None
    browser.submit()
    assert browser.page.status_code == 400, "the box was not ticked"
    browser.submit(saved="1")
    assert driver.claims(browser)


@pytest.mark.promise("ES23")
def test_forced_set_up_cannot_be_left_sideways(harness: Harness, driver: LoginDriver, browser: Browser) -> None:
    """Back, restart, other requests, other pages."""
    max_ = harness.person("max", second_step_required=True)
    driver.authorize(browser, "pwd")
    browser.submit(username="max", password=max_.password)
    base = browser.at.removesuffix("/enrol")
    assert browser.at.endswith("/enrol")
    for page in ("", "/identify", "/code", "/recovery", "/recovery-codes", "/done", "/refuse", "/account"):
        browser.get(base + page)
        assert browser.at == f"{base}/enrol"
        assert browser.cookie("session") is None
    assert driver.authorize(browser, "pwd") is None
    assert count(harness, "sessions") == 0


def test_a_wrong_set_up_code_sets_nothing_up(harness: Harness, driver: LoginDriver, browser: Browser) -> None:
    max_ = harness.person("max")
    seed = driver.to_set_up(browser, max_)
    for code in ("000000", "", "abcdef", pyotp.TOTP(seed).at(harness.clock.now() + 5 * PERIOD)):
        assert browser.submit(code=code).status_code == 400
        assert offered_seed(browser) == seed, "the same picture, so that the person's app stays right"
    assert count(harness, "factors") == count(harness, "recovery_sets") == count(harness, "sessions") == 0


def test_a_seed_shown_once_is_worth_nothing_elsewhere(harness: Harness, driver: LoginDriver, browser: Browser) -> None:
    max_ = harness.person("max")
    seen = driver.to_set_up(browser, max_)
    other = Browser(harness)
    assert driver.to_set_up(other, max_) != seen
    assert other.submit(code=pyotp.TOTP(seen).at(harness.clock.now())).status_code == 400
    harness.clock.advance(10 * MINUTE)
    browser.submit(code=pyotp.TOTP(seen).at(harness.clock.now()))
    assert browser.at.endswith("/identify"), "after ten minutes the password is asked again"
    harness.clock.advance(1)
    browser.submit(username="max", password=max_.password)
    assert offered_seed(browser) != seen


def test_a_pending_sign_in_can_neither_add_nor_replace_a_factor(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.to_code(browser, jane, "mfa")
    before = rows(harness, "factors", "recovery_sets", "recovery_codes")
    browser.get(browser.at.replace("/code", "/enrol"))
    assert browser.at.endswith("/code")
    browser.get("/account/security/totp")
    assert not browser.at.startswith("/account")
    assert rows(harness, *before) == before


def test_a_pending_sign_in_opens_no_page_of_the_account(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.to_code(browser, jane)
    rules = [rule.rule for rule in harness.app.url_map.iter_rules() if rule.rule.startswith("/account")]
    assert rules
    for rule in rules:
        path = rule.replace("<", "").replace(">", "")
        for method in ("GET", "POST"):
            answer = browser.client.open(path, method=method, base_url=ISSUER)
            assert answer.status_code in {303, 404, 405} or path in FAREWELLS, (method, path)
            leads_to = answer.headers.get("Location", "/login/")
            assert leads_to.startswith("/login/") or leads_to == "/account/signed-out", path
    assert count(harness, "sessions") == 0


def test_a_session_from_before_the_second_step_is_asked_for_it(
    harness: Harness, driver: LoginDriver, browser: Browser
) -> None:
    """Set up in one browser, use the other."""
    max_ = harness.person("max")
    assert driver.sign_in(browser, max_, "pwd")
    driver.set_up(Browser(harness), max_)
    for acr in ("pwd", "remembered", "mfa"):
        assert driver.authorize(browser, acr) is None
        assert browser.at.endswith("/code")


def test_closing_the_browser_at_the_code_leaves_nothing(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.to_code(browser, jane)
    close(browser)
    assert driver.authorize(browser, "pwd") is None
    assert browser.at.endswith("/identify")
    assert count(harness, "sessions") == 0
