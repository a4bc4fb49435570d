"""Sessions and their cookies: renamed at every rise, never fixed by anybody else, and over when they should be."""

import pytest

from idp.factors.totp import PERIOD
from idp.kernel.clock import DAY
from tests.support.browser import Browser
from tests.support.concurrency import close, twin
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.login_driver import LoginDriver, csrf_of
from tests.support.tables import count, rows

COOKIES = ("session", "login", "browser")


@pytest.fixture
def jane(harness: Harness) -> Someone:
    return harness.person(totp=True)


@pytest.mark.promise("FM21")
def test_cookies_are_closed_to_scripts_other_sites_and_subdomains(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.to_code(browser, jane)
    code = {"csrf": csrf_of(browser), "code": jane.code(harness.clock)}
    answer = browser.client.post(browser.at, base_url=ISSUER, data=code)
    given = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in given} == {f"__Host-countersign-{name}" for name in COOKIES}
    for cookie in given:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)
        assert ("max-age" in cookie.lower()) is ("-browser=" in cookie)


def test_the_database_holds_no_usable_handle(driver: LoginDriver, browser: Browser, jane: Someone) -> None:
    driver.sign_in(browser, jane, remember=True)
    dump = repr(rows(driver.harness))
    for name in COOKIES:
        secret = (browser.cookie(name) or "").rpartition(".")[2]
        assert secret
        assert secret not in dump
    assert jane.seed
    assert jane.seed not in dump
    assert jane.password not in dump
    assert not any(code in dump or code.replace("-", "") in dump for code in jane.codes)


def test_every_step_changes_the_binding_cookie_and_the_form_token(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.authorize(browser)
    seen = [(browser.cookie("login"), csrf_of(browser))]
    browser.submit(username="jane", password=jane.password)
    seen.append((browser.cookie("login"), csrf_of(browser)))
    browser.submit(code=jane.code(harness.clock))
    seen.append((browser.cookie("login"), ""))
    assert len({cookie for cookie, _ in seen}) == len({token for _, token in seen}) == 3


def test_what_was_stolen_before_a_step_is_dead_after_it(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.authorize(browser)
    before_password = twin(browser)
    browser.submit(username="jane", password=jane.password)
    before_code = twin(browser)
    browser.submit(code=jane.code(harness.clock))
    assert driver.claims(browser)
    for thief, fields in [
        (before_password, {"username": "jane", "password": jane.password}),
        (before_code, {"code": jane.code(harness.clock, step=1)}),
    ]:
        thief.client.post(thief.at, base_url=ISSUER, data=fields | {"csrf": csrf_of(thief)})
        assert thief.get(thief.at).status_code in {403, 410}
        assert driver.authorize(thief, "pwd") is None
    assert count(harness, "sessions") == 1


def test_a_rise_renames_the_session_and_kills_the_old_name(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.sign_in(browser, jane)
    thief = twin(browser)
    assert driver.authorize(thief)
    harness.clock.advance(1)
    driver.sign_in(browser, jane, "mfa", since=harness.clock.now())
    assert browser.cookie("session") != thief.cookie("session")
    assert driver.authorize(thief, "pwd") is None
    assert driver.authorize(browser, "mfa")
    assert count(harness, "sessions") == 1


@pytest.mark.parametrize("name", COOKIES)
@pytest.mark.parametrize("step", ["password", "code"])
def test_a_planted_cookie_never_becomes_the_session(
    harness: Harness, driver: LoginDriver, jane: Someone, name: str, step: str
) -> None:
    planted = "planted.by-an-attacker-who-knows-it"
    victim, attacker = Browser(harness), Browser(harness)
    attacker.set_cookie(name, planted)
    if step == "password":
        victim.set_cookie(name, planted)
        driver.to_code(victim, jane)
    else:
        driver.to_code(victim, jane)
        if name != "login":  # the victim's sign-in would only be lost
            victim.set_cookie(name, planted)
    victim.submit(code=jane.code(harness.clock))
    assert driver.claims(victim)
    assert planted not in {victim.cookie(each) for each in COOKIES}
    assert driver.authorize(attacker, "pwd") is None


def test_an_attackers_sign_in_planted_in_a_browser_is_not_raised_by_its_owner(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    mallory = harness.person("mallory")
    attacker = Browser(harness)
    driver.sign_in(attacker, mallory, "pwd")
    browser.set_cookie("session", attacker.cookie("session") or "")
    driver.authorize(browser, "mfa")
    assert browser.at.endswith("/enrol"), "it looks like the attacker's own, who has no second step yet"
    browser.get(browser.at.replace("/enrol", "/identify?other=1"))
    browser.submit(username="jane", password=jane.password)
    browser.submit(code=jane.code(harness.clock))
    claims = driver.claims(browser)
    assert claims
    assert claims["user"] == "jane"
    assert driver.authorize(attacker, "pwd") is None, "nor does the attacker's own session stay open there"


def test_a_sign_in_begun_by_an_attacker_and_finished_by_a_victim_gives_the_attacker_nothing(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.authorize(browser)
    attacker = twin(browser)
    browser.submit(username="jane", password=jane.password)
    browser.submit(code=jane.code(harness.clock))
    assert driver.claims(browser)
    attacker.get(attacker.at)
    assert attacker.page.status_code in {403, 410}
    assert driver.authorize(attacker, "pwd") is None


@pytest.mark.promise("FM22")
@pytest.mark.parametrize(("idle", "alive"), [(7 * DAY - 1, True), (7 * DAY, False), (7 * DAY + 1, False)])
def test_a_session_nobody_uses_ends_after_seven_days(
    harness: Harness, driver: LoginDriver, idle: int, alive: bool
) -> None:
    max_, browser = harness.person("max"), Browser(harness)
    driver.sign_in(browser, max_, "pwd")
    harness.clock.advance(idle)
    assert bool(driver.authorize(browser, "pwd")) is alive


@pytest.mark.parametrize(("left", "alive"), [(1, True), (0, False)])
def test_a_session_ends_after_thirty_days_however_much_it_is_used(
    harness: Harness, driver: LoginDriver, left: int, alive: bool
) -> None:
    max_, browser = harness.person("max"), Browser(harness)
    driver.sign_in(browser, max_, "pwd")
    for _ in range(29):
        harness.clock.advance(DAY)
        driver.sign_in(browser, max_, "pwd", since=harness.clock.now())
    harness.clock.advance(DAY - left)
    assert bool(driver.authorize(browser, "pwd")) is alive


@pytest.mark.parametrize(("age", "acr"), [(DAY - 1, "mfa"), (DAY, "mfa"), (DAY + 1, None)])
def test_a_second_factor_counts_for_a_day(
    driver: LoginDriver, browser: Browser, jane: Someone, age: int, acr: str | None
) -> None:
    driver.sign_in(browser, jane)
    driver.harness.clock.advance(age)
    claims = driver.authorize(browser, "mfa")
    assert (claims and claims["acr"]) == acr


@pytest.mark.parametrize(("age", "status"), [(1799, 200), (1800, 410), (1801, 410)])
def test_a_sign_in_left_lying_ends_after_half_an_hour(
    driver: LoginDriver, browser: Browser, jane: Someone, age: int, status: int
) -> None:
    driver.to_code(browser, jane)
    driver.harness.clock.advance(age)
    browser.submit(code=jane.code(driver.harness.clock))
    assert browser.page.status_code == status
    assert bool(driver.claims(browser)) is (status == 200)


def test_a_disabled_persons_session_is_over_at_once(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.sign_in(browser, jane)
    with harness.services.database.write() as tx:
        user = tx.users.by_id(jane.id)
        assert user
        tx.users.set_status(user, "disabled")
    assert driver.authorize(browser, "pwd") is None


def test_auth_time_is_when_something_was_really_proven(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    proven = driver.sign_in(browser, jane)["auth_time"]
    assert proven == harness.clock.now()
    harness.clock.advance(100 * PERIOD)
    claims = driver.authorize(browser, "mfa")
    assert claims
    assert claims["auth_time"] == proven


def test_every_page_of_a_sign_in_is_private_to_the_browser_it_was_made_for(
    harness: Harness, driver: LoginDriver, browser: Browser, jane: Someone
) -> None:
    driver.authorize(browser)
    pages = [browser.page, browser.submit(username="jane", password="wrong")]
    pages.append(browser.submit(username="jane", password=jane.password))
    pages.append(browser.get(browser.at.replace("/code", "/recovery")))
    pages.append(Browser(harness).get(browser.at))
    pages.append(browser.get("/login/unknown/code"))
    for page in pages:
        assert "no-store" in page.headers["Cache-Control"]
        assert "Cookie" in page.headers["Vary"]
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_a_closed_browser_is_signed_out(driver: LoginDriver, browser: Browser, jane: Someone) -> None:
    driver.sign_in(browser, jane)
    close(browser)
    assert driver.authorize(browser, "pwd") is None
