"""Codes by email, SMS and WhatsApp as a person meets them: set up, asked for, given, replaced, taken away."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest

from idp.admin import users
from idp.audit import Event
from idp.factors.sent_code import LIFETIME, MAX_TRIES
from idp.factors.totp import PERIOD
from idp.login.devices import CREDENTIALS_CHANGED
from idp.login.policy.rate_limits import RECEIVE_LIMIT, proving_bucket
from idp.login.sent_codes import PAUSE
from idp.persistence.throttles import Limit
from idp.server.background import BackgroundJobs
from tests.support.account import CODES, REGENERATE, SECURITY, Account, mails, words
from tests.support.browser import Browser
from tests.support.concurrency import CROWD, rush, twin
from tests.support.databases import Databases
from tests.support.harness import Harness, Someone, fresh_harness, migrate
from tests.support.login_driver import LoginDriver, offered_seed
from tests.support.mailed import codes, rendered_mails
from tests.support.network import browser_at
from tests.support.tables import count, events, rows

NUMBER = "+4915112345678"
FORGOTTEN = Event.DEVICE_FORGOTTEN
CHANNELS = ("email", "sms", "whatsapp")
BAD_NUMBERS = {
    "Enter your number with the country code": ("", "0151 1234567", "+49", "a" * 40, "+999 1234567"),
    "This number does not exist. Check it.": (
        *("+44 7700 900123", "+1 555 123 4567", "+1 555 0100"),
        *("+49 1", "+49 1512 345678901234", "+49 1512 3456789012345678"),
    ),
    "Codes are not sent to numbers that cost extra.": ("+49 900 1234567",),
}
WEBHOOK = {"message_webhook_url": "https://gateway.example.test/", "message_webhook_secret": "k" * 32}
ALL = {"sms_provider": "webhook", "whatsapp_provider": "webhook", **WEBHOOK}


@pytest.fixture
def harness(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """An installation with every channel."""
    with fresh_harness(databases, tmp_path, **ALL) as made:
        yield made


@pytest.fixture
def driver(harness: Harness) -> LoginDriver:
    return LoginDriver(harness)


def page_of(channel: str) -> str:
    return f"{SECURITY}/codes/{channel}"


def set_up(harness: Harness, someone: Someone, channel: str, *, number: str = NUMBER) -> Account:
    """From the security page's button to the saved recovery codes."""
    account = Account(harness, someone)
    account.open(page_of(channel))
    fields: dict[str, Any] = {} if channel == "email" else {"number": number}
    account.browser.submit(action="/send", **fields)
    account.browser.submit(action=page_of(channel), code=codes(harness, channel)[-1][1])
    assert account.browser.at.startswith((CODES, SECURITY)), account.browser.page.text
    if account.browser.at == CODES:
        account.browser.submit(action=CODES, saved="1")
    harness.clock.advance(PAUSE)
    return account


def to_second_step(driver: LoginDriver, someone: Someone, acr: str = "remembered") -> Browser:
    """Name and password given in a new browser."""
    browser = Browser(driver.harness)
    assert driver.authorize(browser, acr) is None
    browser.submit(username=someone.username, password=someone.password)
    return browser


@pytest.mark.promise("SA5", "SA9", "SA10", "SM6", "SM7", "FM1", "FM10", "FM11")
@pytest.mark.parametrize(
    ("channel", "acr", "amr"),
    [
        ("email", "two-step", ["pwd", "otp", "mca"]),
        ("sms", "mfa", ["pwd", "sms", "mca", "mfa"]),
        ("whatsapp", "mfa", ["pwd", "otp", "mca", "mfa"]),
    ],
)
def test_a_code_is_sent_at_each_sign_in_and_the_app_is_told_how(
    harness: Harness, driver: LoginDriver, channel: str, acr: str, amr: list[str]
) -> None:
    jane = harness.person(phone_number=None)
    account = set_up(harness, jane, channel)
    assert "message_codes_added" in mails(harness)
    told = words(account.open())
    assert ("j•••@example.test" if channel == "email" else "+49 ••• 78") in told
    for _ in range(2):
        sent = len(codes(harness, channel))
        browser = to_second_step(driver, jane)
        assert browser.at.endswith(f"/code/{channel}"), "nothing else is set up, so it is sent without being asked for"
        assert len(codes(harness, channel)) == sent + 1
        recipient, code = codes(harness, channel)[-1]
        assert recipient == ("jane@example.test" if channel == "email" else NUMBER)
        assert recipient not in browser.page.text
        assert code not in browser.page.text
        browser.submit(code=f"{code[:3]} {code[3:]}")
        claims = driver.claims(browser)
        assert claims is not None
        assert (claims["acr"], claims["amr"]) == (acr, amr)


@pytest.mark.promise("FM11")
def test_a_code_lives_ten_minutes_and_works_once_for_the_sign_in_it_was_sent_to(
    harness: Harness, driver: LoginDriver
) -> None:
    jane = harness.person()
    set_up(harness, jane, "email")
    first, second = to_second_step(driver, jane), to_second_step(driver, jane)
    (_, one), (_, two) = codes(harness, "email")[-2:]
    second.submit(code=one)
    assert second.page.status_code == 400, "it was sent to the other sign-in"
    harness.clock.advance(LIFETIME)
    first.submit(code=one)
    second.submit(code=two)
    assert (first.page.status_code, second.page.status_code) == (400, 400), "ten minutes are over to the second"
    third = to_second_step(driver, jane)
    code = codes(harness, "email")[-1][1]
    third.submit(code=code)
    assert driver.claims(third)
    fourth = to_second_step(driver, jane)
    fourth.submit(code=code)
    assert driver.claims(fourth) is None


def test_sending_again_waits_a_minute_replaces_the_code_and_gives_no_new_tries(
    harness: Harness, driver: LoginDriver
) -> None:
    jane = harness.person()
    set_up(harness, jane, "sms")
    browser = to_second_step(driver, jane)
    before = codes(harness, "sms")
    assert "1:00" in words(browser.page)
    browser.submit(action="/send")
    assert codes(harness, "sms") == before, "too soon"
    for _ in range(MAX_TRIES - 1):
        browser.submit(action="/code/sms", code="000000")
    harness.clock.advance(PAUSE)
    browser.submit(action="/send")
    (_, old), (_, new) = codes(harness, "sms")[-2:]
    browser.submit(action="/code/sms", code=old)
    assert "Too many wrong codes" in words(browser.page), "the fifth wrong one, over both codes"
    browser.submit(action="/code/sms", code=new)
    assert driver.claims(browser) is None, "five tries a sign-in, however many codes"
    again = to_second_step(driver, jane)
    again.submit(code=codes(harness, "sms")[-1][1])
    assert driver.claims(again)


def test_a_session_that_proved_an_address_may_prove_the_next_one(harness: Harness) -> None:
    """Otherwise five slips in a month-long session would be the last."""
    jane = Account(harness, harness.person(totp=True))
    for _ in range(2):
        jane.open(page_of("sms"))
        jane.browser.submit(action="/send", number=NUMBER)
        for _ in range(MAX_TRIES - 1):
            jane.browser.submit(action=page_of("sms"), code="000000")
        jane.browser.submit(action=page_of("sms"), code="")
        assert "Enter the 6-digit code" in words(jane.browser.page), "an empty form costs no try"
        jane.browser.submit(action=page_of("sms"), code=codes(harness, "sms")[-1][1])
        assert "Codes by message are set up" in words(jane.browser.page)
        harness.clock.advance(PAUSE)


@pytest.mark.promise("SM5", "SM9", "SA13", "SM15", "FM10")
def test_the_selector_has_the_most_secure_first_and_begins_with_the_last_used(
    harness: Harness, driver: LoginDriver
) -> None:
    jane = harness.person(totp=True, phone_number=NUMBER)
    account = Account(harness, jane)
    for channel in CHANNELS:
        account.open(page_of(channel))
        harness.clock.advance(PAUSE)
        account.browser.submit(action="/send")
        account.browser.submit(action=page_of(channel), code=codes(harness, channel)[-1][1])
    harness.clock.advance(PAUSE)
    browser = to_second_step(driver, jane)
    assert browser.at.endswith("/code/whatsapp"), "set up last, and so used last"
    told = words(browser.page)
    titles = ["Use your authenticator app", "Send code by text message", "Send code by email", "Use a recovery code"]
    assert [told.index(title) for title in titles] == sorted(told.index(title) for title in titles)
    assert "Passkeys and authenticator apps are safer" in told
    assert "Check that the number is correct" in words(browser.page)
    browser.submit(action="/code/email/send")
    browser.submit(action="/code/email", code=codes(harness, "email")[-1][1])
    assert driver.claims(browser)
    harness.clock.advance(PAUSE)
    assert to_second_step(driver, jane).at.endswith("/code/email")
    strict = to_second_step(driver, jane, "mfa")
    assert "by email" not in words(strict.page), "a mailbox is no second factor"


@pytest.mark.promise("FM12")
def test_what_is_not_configured_is_offered_to_nobody_and_what_was_set_up_opens_nothing(
    databases: Databases, tmp_path: Path
) -> None:
    with databases.fresh(migrate) as url:
        rich, poor = Harness(url, tmp_path / "rich", **ALL), Harness(url, tmp_path / "poor", email_codes=False)
        before, driver, jane = LoginDriver(rich), LoginDriver(poor), rich.person()
        set_up(rich, jane, "sms")
        account = Account(poor, poor.person("john"))
        told = words(account.open())
        assert "by text message" not in told
        assert "WhatsApp" not in told
        assert "by email" not in told
        assert account.browser.get(page_of("sms")).status_code == 404
        browser = to_second_step(driver, jane)
        assert browser.at.endswith("/recovery"), "the second step she has is not asked for, nor let go"
        assert "text message" not in words(browser.page)
        remembered = to_second_step(before, jane)
        remembered.submit(code=codes(rich, "sms")[-1][1], remember="1")
        with rich.services.database.write() as tx:
            user = tx.users.by_id(jane.id)
            assert user is not None
            tx.users.require_second_step(user, required=True)
        here = Browser(poor)
        here.set_cookie("browser", remembered.cookie("browser") or "")
        driver.authorize(here)
        here.submit(username=jane.username, password=jane.password)
        assert here.at.endswith("/recovery"), "a remembered device leads on as well, and sets nothing up by itself"
        rich.close()
        poor.close()


@pytest.mark.promise("SM13", "SM14")
def test_the_number_is_a_copy_that_only_turning_it_off_and_on_changes(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person(phone_number=NUMBER)
    account = set_up(harness, jane, "sms")
    with harness.services.database.write() as tx:
        user = tx.users.by_id(jane.id)
        assert user is not None
        assert user.phone_number_verified
        tx.user_contacts.set_phone(user, "+4915100000000", verified=True)
    to_second_step(driver, jane)
    assert codes(harness, "sms")[-1][0] == NUMBER
    harness.clock.advance(PAUSE)
    account.open()
    account.browser.get(page_of("sms"))
    assert 'name="number"' not in account.browser.page.text, "the profile says where codes go"
    harness.clock.advance(PAUSE)


def test_bad_numbers_are_refused_in_words_and_nothing_is_sent(harness: Harness) -> None:
    jane = Account(harness, harness.person(phone_number="extension 12"))
    jane.open(page_of("sms"))
    assert 'name="number"' in jane.browser.page.text, "what an import brought is no number either"
    for sentence, numbers in BAD_NUMBERS.items():
        for typed in numbers:
            jane.browser.submit(action="/send", number=typed)
            assert jane.browser.page.status_code == 400, typed
            assert sentence in words(jane.browser.page), typed
    assert codes(harness, "sms") == []


def test_no_more_codes_are_sent_to_one_number_than_the_limit_whoever_asks(
    harness: Harness, driver: LoginDriver
) -> None:
    owner = harness.person("owner")
    set_up(harness, owner, "sms")
    for name in ("ann", "bob"):
        account = Account(harness, harness.person(name))
        account.open(page_of("sms"))
        for _ in range(6):
            account.browser.submit(action="/send", number=NUMBER)
            account.open(page_of("sms"))
            harness.clock.advance(PAUSE)
    sent = len(codes(harness, "sms"))
    assert sent <= 1 + RECEIVE_LIMIT.short_count
    assert events(harness, "code.sent", "throttled") > 0
    to_second_step(driver, owner)
    assert len(codes(harness, "sms")) == sent + 1, "whose number it is gets theirs"


def test_many_accounts_of_one_network_do_not_have_codes_sent_to_ever_new_numbers(
    databases: Databases, tmp_path: Path
) -> None:
    """Whoever earns by such messages makes as many accounts as they need."""
    with fresh_harness(databases, tmp_path, throttle_network_per_quarter_hour=3, **ALL) as harness:
        driver, browser = LoginDriver(harness), browser_at(harness)
        owner = harness.person("owner")
        set_up(harness, owner, "sms")
        accounts = [
            Account(harness, harness.person(name), browser_at(harness)) for name in ("ann", "bob", "cid", "dan")
        ]
        for number, account in enumerate(accounts):
            account.open(page_of("sms"))
            account.browser.submit(action="/send", number=f"+491511234568{number}")
        last = accounts[-1]
        assert last.browser.page.status_code == 429
        assert len(codes(harness, "sms")) == 1 + 3
        last.open(page_of("email"))
        last.browser.submit(action="/send")
        driver.authorize(browser, "mfa")
        browser.submit(username=owner.username, password=owner.password)
        assert (len(codes(harness, "email")), len(codes(harness, "sms"))) == (1, 1 + 3 + 1), "others are not counted"


def test_an_administrator_opens_the_set_up_for_whoever_typed_too_many_wrong_codes(harness: Harness) -> None:
    account = Account(harness, harness.person())
    account.open(page_of("email"))
    account.browser.submit(action="/send")
    endless = Limit(1000, 1, 1000, 1, 1000)
    with harness.services.database.write() as tx:
        for _ in range(harness.settings.throttle_codes_in_a_row):
            assert tx.throttles.consume(proving_bucket(account.someone.id), endless)
    account.browser.submit(action=page_of("email"), code=codes(harness, "email")[-1][1])
    assert account.browser.page.status_code == 429
    with harness.services.database.write() as tx:
        user = tx.users.by_id(account.someone.id)
        assert user is not None
        users.reset_mfa(tx, user)
    set_up(harness, account.someone, "email")
    assert count(harness, "factors") == 1


def test_a_removed_channel_is_no_way_in_and_the_last_one_takes_the_recovery_codes_along(
    harness: Harness, driver: LoginDriver
) -> None:
    jane = harness.person()
    account = set_up(harness, jane, "whatsapp")
    account.open()
    path = account.browser.page.text.split(f"{SECURITY}/factors/")[1].split('"')[0]
    account.open(f"{SECURITY}/factors/{path}/remove")
    assert "Remove Codes by WhatsApp?" in words(account.browser.page)
    assert "your only second step" in words(account.browser.page)
    account.browser.submit(action="/remove")
    assert "no longer a second step" in words(account.browser.page)
    assert "message_codes_removed" in mails(harness)
    assert rows(harness, "factors", "recovery_sets", "recovery_codes") == {
        "factors": [],
        "recovery_sets": [],
        "recovery_codes": [],
    }
    browser = to_second_step(driver, jane, "pwd")
    claims = driver.claims(browser)
    assert claims is not None
    assert claims["acr"] == "pwd"


@pytest.mark.promise("SM2", "SM4")
@pytest.mark.parametrize("channel", CHANNELS)
def test_required_people_choose_their_own_method_on_the_way_in(
    harness: Harness, driver: LoginDriver, channel: str
) -> None:
    jane = harness.person(second_step_required=True)
    browser = to_second_step(driver, jane)
    assert browser.at.endswith("/enrol")
    browser.get(browser.at + f"/{channel}")
    fields: dict[str, Any] = {} if channel == "email" else {"number": NUMBER}
    browser.submit(action="/send", **fields)
    browser.submit(code="000000")
    assert browser.page.status_code == 400
    browser.submit(code=codes(harness, channel)[-1][1])
    assert browser.at.endswith("/recovery-codes"), browser.page.text
    browser.submit(saved="1")
    claims = driver.claims(browser)
    assert claims is not None
    assert claims["acr"] == ("two-step" if channel == "email" else "mfa")


def test_a_mailbox_is_asked_for_before_something_stronger_is_set_up(harness: Harness, driver: LoginDriver) -> None:
    """Otherwise a thief of the password would set up an app of their own for the first app that wants two factors."""
    jane = harness.person()
    set_up(harness, jane, "email")
    browser = to_second_step(driver, jane, "mfa")
    assert browser.at.endswith("/code/email")
    browser.get(browser.at.replace("/code/email", "/enrol"))
    assert browser.at.endswith("/code/email"), "no way round it"
    browser.submit(code=codes(harness, "email")[-1][1])
    assert browser.at.endswith("/enrol")
    assert "The second step that you have is not enough here" in words(browser.page)
    browser.submit(code=pyotp.TOTP(offered_seed(browser)).at(harness.clock.now()))
    claims = driver.claims(browser)
    assert claims is not None
    assert claims["acr"] == "mfa"


def test_a_mailbox_is_not_asked_for_where_it_would_not_be_enough_to_see_recovery_codes(
    harness: Harness, driver: LoginDriver
) -> None:
    """Whoever made new ones and closed the page would be asked for one code from there after another."""
    jane = harness.person(totp=True)
    account = set_up(harness, jane, "email")
    account.open(REGENERATE)
    account.browser.submit(action=REGENERATE)
    assert account.browser.at == CODES
    browser = to_second_step(driver, jane)
    assert browser.at.endswith("/code"), "though a code by email was what was used last"
    assert "by email" not in words(browser.page)
    harness.clock.advance(PERIOD)
    browser.submit(code=jane.code(harness.clock))
    assert browser.at.endswith("/recovery-codes")


def test_a_door_that_wants_two_factors_offers_no_mailbox_to_set_up(harness: Harness, driver: LoginDriver) -> None:
    browser = to_second_step(driver, harness.person(), "mfa")
    assert browser.at.endswith("/enrol")
    assert "Codes by email" not in words(browser.page)
    browser.get(browser.at + "/email")
    assert browser.at.endswith("/enrol")


def test_one_sent_code_opens_its_sign_in_once_of_32(harness: Harness, driver: LoginDriver) -> None:
    jane = harness.person()
    account = Account(harness, jane)
    account.open(page_of("sms"))
    account.browser.submit(action="/send", number=NUMBER)
    code = codes(harness, "sms")[-1][1]
    setting_up = [twin(account.browser) for _ in range(CROWD)]
    rush([functools.partial(each.submit, action=page_of("sms"), code=code) for each in setting_up])
    assert all(each.page.status_code < 500 for each in setting_up)
    assert count(harness, "factors") == count(harness, "recovery_sets") == 1
    with harness.services.database.write() as tx:
        tx.recovery.acknowledge(jane.id, keep=False)
    harness.clock.advance(PAUSE)
    sessions = count(harness, "sessions")
    browser = to_second_step(driver, jane)
    code = codes(harness, "sms")[-1][1]
    signing_in = [twin(browser) for _ in range(CROWD)]
    rush([functools.partial(each.submit, code=code) for each in signing_in])
    assert all(each.page.status_code < 500 for each in signing_in)
    assert count(harness, "sessions") == sessions + 1
    assert events(harness, "sign_in.second_step", "success") == 1


def test_a_provider_that_takes_nothing_is_told_and_another_way_still_works(
    harness: Harness, driver: LoginDriver
) -> None:
    jane = harness.person(totp=True)
    account = Account(harness, jane)
    account.open(page_of("email"))
    account.browser.submit(action="/send")
    account.browser.submit(action=page_of("email"), code=codes(harness, "email")[-1][1])
    harness.clock.advance(PAUSE)
    browser = to_second_step(driver, jane, "pwd")
    browser.submit(action="/code/email/send")
    assert "could not be delivered yet" not in words(browser.page)
    BackgroundJobs(harness.services).run_once()  # nobody listens where mail should go
    browser.get(browser.at)
    assert "The message could not be delivered yet" in words(browser.page)
    browser.get(browser.at.replace("/code/email", "/code"))
    browser.submit(code=jane.code(harness.clock))
    assert driver.claims(browser)


def test_a_further_second_step_forgets_devices_and_says_so_before_and_after(harness: Harness) -> None:
    """On the page that sets it up, in the bar, in the mail, in the activity and in the audit trail."""
    account = Account(harness, harness.person(totp=True))
    account.open(remember=True)
    harness.clock.advance(PERIOD)
    account.open(page_of("sms"))
    assert "Remembered devices are forgotten." in words(account.browser.page)
    account.browser.submit(action="/send", number=NUMBER)
    assert "Remembered devices are forgotten." in words(account.browser.page)
    account.browser.submit(action=page_of("sms"), code=codes(harness, "sms")[-1][1])
    assert account.browser.at == f"{SECURITY}?done=codes-added"
    assert "your second step. No device is remembered any longer." in words(account.browser.page)
    assert "No device is remembered any longer." in rendered_mails(harness, "security_notice")[-1][1].text
    with harness.services.database.read() as tx:
        (forgotten,) = tx.audit.latest(event=FORGOTTEN, limit=2)
    assert forgotten.detail == {"devices": 1, "reason": CREDENTIALS_CHANGED}
    assert "Your remembered devices were forgotten, because something that protects your account changed." in words(
        account.open("/account/activity")
    )


def test_a_first_second_step_has_no_devices_to_forget(harness: Harness) -> None:
    account = Account(harness, harness.person())
    account.open(page_of("sms"))
    assert "devices are forgotten" not in words(account.browser.page)
    set_up(harness, account.someone, "sms")
    assert events(harness, FORGOTTEN) == 0
