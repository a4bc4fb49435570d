"""What ends a remembering, done as people and administrators do it: dead on the next request, in every copy."""

import dataclasses
from collections.abc import Callable

import pyotp

from idp.admin import users
from idp.factors.totp import PERIOD
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from tests.support.account import PASSWORD, SECURITY, TOTP, Account
from tests.support.authenticator import Authenticator
from tests.support.browser import Browser
from tests.support.concurrency import close, twin
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.login_driver import LoginDriver
from tests.support.mailed import reset_links
from tests.support.passkeys import Owner, add, factors, use, with_passkey

COPIES = 3
NEW = "violet tram sleeps under nine bridges"

Event = Callable[[Harness, LoginDriver, Owner], Someone]
"""Something that must end every remembering; returns the person as they are afterwards."""


def password_changed(harness: Harness, _door: LoginDriver, jane: Owner) -> Someone:
    account = Account(harness, jane.someone)
    account.open(PASSWORD)
    account.browser.submit(action=PASSWORD, password=NEW)
    return dataclasses.replace(jane.someone, password=NEW)


def password_reset(harness: Harness, _door: LoginDriver, jane: Owner) -> Someone:
    elsewhere = Browser(harness)
    elsewhere.get("/recover")
    elsewhere.submit(username=jane.someone.username)
    elsewhere.get(reset_links(harness)[-1])
    elsewhere.submit(password=NEW)
    return dataclasses.replace(jane.someone, password=NEW)


def passkey_added(harness: Harness, _door: LoginDriver, jane: Owner) -> Someone:
    add(Account(harness, jane.someone), jane.key)
    return jane.someone


def passkey_removed(harness: Harness, _door: LoginDriver, jane: Owner) -> Someone:
    account = Account(harness, jane.someone)
    account.browser.get(SECURITY)
    use(account.browser, jane.key)
    (kept,) = (each for each in factors(harness, jane.someone) if each.kind == "passkey")
    account.browser.get(f"{SECURITY}/factors/{kept.id}/remove")
    use(account.browser, jane.key)
    account.browser.submit(action="/remove")
    assert [each.kind for each in factors(harness, jane.someone)] == ["totp"]
    return jane.someone


def app_set_up_anew(harness: Harness, _door: LoginDriver, jane: Owner) -> Someone:
    account = Account(harness, jane.someone)
    account.open(TOTP)
    seed = account.key()
    account.browser.submit(action=TOTP, code=pyotp.TOTP(seed).at(harness.clock.now()))
    assert account.browser.path == SECURITY
    return dataclasses.replace(jane.someone, seed=seed)


def recovery_code_used(harness: Harness, driver: LoginDriver, jane: Owner) -> Someone:
    elsewhere = Browser(harness)
    driver.to_code(elsewhere, jane.someone)
    elsewhere.get(elsewhere.at.replace("/code", "/recovery"))
    elsewhere.submit(code=jane.someone.codes[0])
    assert driver.claims(elsewhere)
    return jane.someone


def second_step_reset(harness: Harness, driver: LoginDriver, jane: Owner) -> Someone:
    by_administrator(harness, jane.someone, users.reset_mfa)
    return driver.set_up(Browser(harness), jane.someone)


def disabled_for_a_while(harness: Harness, _door: LoginDriver, jane: Owner) -> Someone:
    by_administrator(harness, jane.someone, lambda tx, user: users.disable(tx, user, harness.settings))
    by_administrator(harness, jane.someone, users.enable)
    return jane.someone


def by_administrator(harness: Harness, someone: Someone, act: Callable[[Transaction, User], object]) -> None:
    """What an administrator's command does."""
    with harness.services.database.write() as tx:
        act(tx, users.find(tx, someone.username))


EVENTS: tuple[Event, ...] = (
    password_changed,
    password_reset,
    passkey_added,
    passkey_removed,
    app_set_up_anew,
    recovery_code_used,
    second_step_reset,
    disabled_for_a_while,
)


def owner(harness: Harness, event: Event, username: str) -> Owner:
    """Somebody with an authenticator app, and with a passkey if the event needs one to be there."""
    if event is passkey_removed:
        return with_passkey(harness, username, totp=True)
    return Owner(harness.person(username, totp=True), Authenticator(ISSUER))


def remembering(driver: LoginDriver, jane: Owner) -> Browser:
    """A browser that is no longer asked for the second step."""
    browser = Browser(driver.harness)
    driver.to_code(browser, jane.someone)
    if "data-passkey" in browser.page.text:
        use(browser, jane.key, remember=True)
    else:
        browser.submit(code=jane.someone.code(driver.harness.clock), remember="1")
    assert driver.claims(browser), browser.at
    return browser


def is_dead(driver: LoginDriver, copy: Browser, someone: Someone) -> bool:
    """Whether the next request with this copy of the cookie, and the right password, is asked for the second step."""
    close(copy)
    assert driver.authorize(copy) is None
    copy.submit(username=someone.username, password=someone.password)
    return copy.at.endswith("/code")


def test_eight_events_each_kill_three_copies(
    harness: Harness, driver: LoginDriver, record_property: Callable[[str, object], None]
) -> None:
    dead = {}
    for number, event in enumerate(EVENTS):
        jane = owner(harness, event, f"jane{number}")
        browser = remembering(driver, jane)
        copies = [browser, *(twin(browser) for _ in range(COPIES - 1))]
        harness.clock.advance(PERIOD)
        afterwards = event(harness, driver, jane)
        dead[event.__name__] = sum(is_dead(driver, copy, afterwards) for copy in copies)
    record_property("copies dead on their next request", f"{sum(dead.values())} of {len(EVENTS) * COPIES}")
    assert dead == {event.__name__: COPIES for event in EVENTS}


def test_anything_that_raises_the_epoch_ends_it(harness: Harness, driver: LoginDriver) -> None:
    """So that an event added later need not think of remembered devices."""
    jane = owner(harness, password_changed, "jane")
    browser = remembering(driver, jane)
    by_administrator(harness, jane.someone, lambda tx, user: tx.users.raise_epoch(user))
    assert is_dead(driver, browser, jane.someone)


def test_a_recovery_code_counts_no_longer_than_the_second_step_it_stood_in_for(
    harness: Harness, driver: LoginDriver
) -> None:
    jane = owner(harness, second_step_reset, "jane")
    thief = Browser(harness)
    driver.to_code(thief, jane.someone)
    thief.get(thief.at.replace("/code", "/recovery"))
    thief.submit(code=jane.someone.codes[0])
    assert driver.authorize(thief, "mfa")
    second_step_reset(harness, driver, jane)
    assert driver.authorize(thief, "pwd") is None, "the session lives, what needed the second step asks again"
