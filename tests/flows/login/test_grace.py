"""Somebody who must have a second step and has none, in an organisation that gives them a week for it."""

import functools
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from idp.kernel.clock import DAY
from idp.kernel.dates import Moment
from tests.support.account import SECURITY, Account, words
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.concurrency import CROWD, rush, twin
from tests.support.databases import Databases
from tests.support.harness import Harness, Someone, fresh_harness
from tests.support.login_driver import LoginDriver, offered_seed
from tests.support.relying_party import RelyingParty
from tests.support.tables import count, events

DAYS = 7
SET_UP = "/account/security/set-up"
BAR = 'role="region" aria-label="Needed from you"'
PAGES = ("/account/", SECURITY, "/account/apps", "/account/activity", "/account/profile")


@pytest.fixture
def harness(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    with fresh_harness(databases, tmp_path, second_step_grace_days=DAYS) as made:
        made.clock.advance(int(time.time()) - made.clock.now())  # the command has the time of the machine
        yield made


@pytest.fixture
def max_(harness: Harness) -> Someone:
    return harness.person("max", second_step_required=True)


@pytest.fixture
def command(harness: Harness) -> Command:
    return Command.of(harness.settings)


def give_password(browser: Browser, someone: Someone) -> None:
    browser.submit(username=someone.username, password=someone.password)


def set_up(harness: Harness, browser: Browser) -> str:
    """From the set-up page to what waited behind it; the key."""
    seed = offered_seed(browser)
    browser.submit(code=pyotp.TOTP(seed).at(harness.clock.now()))
    browser.submit(saved="1")
    return seed


@pytest.mark.promise("ES2", "ES22", "ES23")
def test_it_can_wait_until_the_day_named_and_not_a_second_longer(harness: Harness, max_: Someone) -> None:
    app, browser = RelyingParty(harness), Browser(harness)
    until = harness.clock.now() + DAYS * DAY
    app.send(browser)
    give_password(browser, max_)
    assert browser.at.endswith("/offer")
    assert str(Moment(until)) in words(browser.page)
    assert (browser.cookie("session"), count(harness, "sessions")) == (None, 0), "nobody is in before they chose"
    assert browser.submit(choice="neither").status_code == 400
    browser.submit(choice="later")
    claims = app.id_claims(app.tokens_from(app.answer(browser)))
    assert (claims["acr"], claims["amr"]) == ("pwd", ["pwd"]), "the app is told the truth"

    for page in PAGES:
        browser.get(page)
        assert (browser.at, BAR in browser.page.text) == (page, True)
        assert str(Moment(until)) in words(browser.page)
    app.send(browser)
    assert "code" in app.answer(browser), "nothing is offered again to a session that is there"

    harness.clock.advance(DAYS * DAY - 1)
    other = Browser(harness)
    other.get(SECURITY)
    give_password(other, max_)
    assert other.at.endswith("/offer"), "at the next sign-in it is"
    other.submit(choice="later")
    assert other.at == SECURITY

    harness.clock.advance(1)
    app.send(other, prompt="none")
    assert app.error(other) == "interaction_required"
    for page in (*PAGES, SET_UP):
        other.get(page)
        assert other.at.endswith("/enrol"), page
    app.send(other)
    assert other.at.endswith("/enrol")
    assert "Later" not in words(other.page)
    set_up(harness, other)
    claims = app.id_claims(app.tokens_from(app.answer(other)))
    assert claims["acr"] == "mfa"
    other.get(SECURITY)
    assert (other.at, BAR in other.page.text) == (SECURITY, False)


def test_a_request_for_two_factors_knows_no_grace(harness: Harness, driver: LoginDriver, max_: Someone) -> None:
    """Neither what an app's least level nor what the request itself asks can be put off, in or before a session."""
    essential = '{"id_token": {"acr": {"essential": true, "value": "mfa"}}}'
    strict, plain = RelyingParty(harness, "strict", min_acr="mfa"), RelyingParty(harness)
    browser = Browser(harness)
    driver.authorize(browser, "pwd")
    give_password(browser, max_)
    browser.submit(choice="later")
    assert driver.claims(browser)
    for opened in (browser, Browser(harness)):
        for app, changes in ((strict, {}), (plain, {"claims": essential})):
            app.send(opened, **changes)
            if opened is not browser:
                give_password(opened, max_)
            assert opened.at.endswith("/enrol"), opened.at
            opened.get(opened.at.replace("/enrol", "/offer"))
            assert opened.at.endswith("/enrol"), "there is no later"
            opened.submit(choice="later")
            assert opened.at.endswith("/enrol"), opened.page.status
        assert driver.authorize(opened, "remembered") is None
    assert count(harness, "sessions") == 1


@pytest.mark.promise("ES25", "ES26", "ES27")
def test_the_window_is_given_once(harness: Harness, command: Command, max_: Someone) -> None:
    """Neither `Required` off and on, nor more days, nor a reset renews it."""
    account = Account(harness, max_)
    account.browser.get(SECURITY)
    give_password(account.browser, max_)
    due = harness.clock.now() + DAYS * DAY
    harness.clock.advance(3 * DAY)
    command.done("users", "set", "max", "--second-step", "not-required")
    account.browser.get(SECURITY)
    assert BAR not in account.browser.page.text
    command.done("users", "set", "max", "--second-step", "required", "--yes")
    command.done("users", "reset-mfa", "max", "--yes")  # there is nothing to reset
    longer = Harness(str(harness.settings.database_url), harness.settings.data_dir.parent, second_step_grace_days=90)
    longer.clock.advance(harness.clock.now() - longer.clock.now())
    for product in (harness, longer):
        browser = Browser(product)
        browser.get(SECURITY)
        give_password(browser, max_)
        assert str(Moment(due)) in words(browser.page)
    longer.close()
    assert events(harness, "second_step.due") == 1

    browser = Browser(harness)
    browser.get(SECURITY)
    give_password(browser, max_)
    browser.submit(choice="now")
    assert browser.at.endswith("/enrol")
    set_up(harness, browser)
    assert browser.at == SECURITY
    assert command.read("users", "show", "max")["second_step"] is True
    command.done("users", "reset-mfa", "max", "--yes")
    shown = command.read("users", "show", "max")
    assert (shown["second_step"], shown["second_step_required"], shown["sessions"]) == (False, True, 1)
    assert shown["second_step_late"] is True, "whoever had one once needs no time for it"
    handle = browser.cookie("session")
    browser.get(SECURITY)
    assert browser.at.endswith("/enrol")
    assert browser.cookie("session") == handle, "not signed out"
    again = Browser(harness)
    again.get(SECURITY)
    give_password(again, max_)
    assert again.at.endswith("/enrol")


@pytest.mark.promise("ES22")
def test_the_bar_comes_at_once_to_somebody_signed_in_and_goes_with_the_set_up(
    harness: Harness, command: Command
) -> None:
    someone = harness.person("max")
    account = Account(harness, someone)
    account.open()
    assert BAR not in account.browser.page.text
    command.done("users", "set", "max", "--second-step", "required", "--yes")
    assert command.read("users", "show", "max")["second_step_due_at"] is None, "it has not begun"
    account.browser.get("/account/")
    due = harness.clock.now() + DAYS * DAY
    assert BAR in account.browser.page.text
    assert command.read("users", "show", "max")["second_step_due_at"] == due
    harness.clock.advance(60)
    for page in PAGES:
        account.browser.get(page)
        assert str(Moment(due)) in words(account.browser.page), page
    bar = account.browser.page.text.partition(BAR)[2].partition("</div></div>")[0]
    assert "<button" not in bar
    assert f'href="{SET_UP}"' in bar

    account.browser.get(SET_UP)
    assert account.at("/identify"), "the password is asked anew"
    account.browser.submit(choice="cancel")
    assert (account.browser.at, BAR in account.browser.page.text) == (SECURITY, True)
    account.browser.get(SET_UP)
    give_password(account.browser, someone)
    assert account.at("/enrol")
    set_up(harness, account.browser)
    assert account.browser.at.partition("?")[0] == SECURITY
    assert BAR not in account.browser.page.text
    assert "Your second step is on" in words(account.browser.page)


def test_an_app_that_asks_first_begins_the_window_too(harness: Harness, command: Command) -> None:
    app, browser = RelyingParty(harness), Browser(harness)
    app.sign_in(browser, harness.person("max"))
    command.done("users", "set", "max", "--second-step", "required", "--yes")
    app.send(browser)
    assert "code" in app.answer(browser)
    assert command.read("users", "show", "max")["second_step_due_at"] == harness.clock.now() + DAYS * DAY


def test_later_pressed_32_times_at_once_opens_one_session(harness: Harness, driver: LoginDriver, max_: Someone) -> None:
    browser = Browser(harness)
    driver.authorize(browser, "pwd")
    give_password(browser, max_)
    browsers = [twin(browser) for _ in range(CROWD)]
    rush([functools.partial(each.submit, choice="later") for each in browsers])
    assert {each.page.status_code for each in browsers} <= {200, 303, 403, 410}
    assert len({each.cookie("session") for each in browsers} - {None}) == count(harness, "sessions") == 1


def test_a_window_begun_32_times_at_once_has_one_end(harness: Harness, max_: Someone) -> None:
    def begin(number: int) -> bool:
        with harness.services.database.write() as tx:
            user = tx.users.by_id(max_.id)
            assert user is not None
            return tx.users.begin_grace(user, harness.clock.now() + number)

    verdicts = rush([functools.partial(begin, number) for number in range(1, CROWD + 1)])
    assert verdicts.count(True) == 1
    with harness.services.database.read() as tx:
        user = tx.users.by_id(max_.id)
    assert user is not None
    assert user.second_step_due_at == harness.clock.now() + verdicts.index(True) + 1
