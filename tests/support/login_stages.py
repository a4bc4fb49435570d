"""A sign-in stopped at each of its pages, with what its owner would enter there."""

from dataclasses import dataclass
from typing import Any

import pyotp

from idp.login.sent_codes import PAUSE
from tests.support.account import CODES, SECURITY, Account
from tests.support.authenticator import Authenticator
from tests.support.browser import Browser
from tests.support.harness import ISSUER
from tests.support.login_driver import LoginDriver
from tests.support.mailed import codes
from tests.support.passkeys import options, with_passkey

STEPS = ("account", "identify", "code", "recovery", "enrol", "recovery-codes")
"""The pages that take something, as the last parts of their addresses."""
FURTHER = ("passkey", "code/email", "enrol/passkey", "enrol/email", "offer")
"""Further forms that prove something; `offer` is there where a second step can wait (`second_step_grace_days`)."""


@dataclass(frozen=True)
class Stage:
    """`browser` stands at `page`; `right` is what moves it on. `base` is the address all its pages share.

    `target` is where the form goes, when that is another address than the page's.
    """

    browser: Browser
    right: dict[str, Any]
    wrong: dict[str, Any]
    target: str | None = None

    @property
    def page(self) -> str:
        return self.browser.at

    @property
    def base(self) -> str:
        return self.browser.at.rpartition("/")[0]


def stand_at(step: str, driver: LoginDriver) -> Stage:
    """Brings a new browser to a page: somebody with a second step, or at a set-up somebody who must have one."""
    stage = _AT[step](driver, Browser(driver.harness))
    assert (stage.target or stage.page).endswith(f"/{step}"), (step, stage.page)
    return stage


def _account(driver: LoginDriver, browser: Browser) -> Stage:
    jane = driver.harness.person(totp=True)
    driver.sign_in(browser, jane)
    driver.authorize(browser, "remembered", choose=1)
    return Stage(browser, {"account": "jane"}, {"account": "somebody else"})


def _identify(driver: LoginDriver, browser: Browser) -> Stage:
    jane = driver.harness.person(totp=True)
    driver.authorize(browser)
    right = {"username": "jane", "password": jane.password}
    return Stage(browser, right, right | {"password": "wrong"})


def _code(driver: LoginDriver, browser: Browser) -> Stage:
    jane = driver.harness.person(totp=True)
    driver.to_code(browser, jane)
    return Stage(browser, {"code": jane.code(driver.harness.clock)}, {"code": "000000"})


def _recovery(driver: LoginDriver, browser: Browser) -> Stage:
    jane = driver.harness.person(totp=True)
    driver.to_code(browser, jane)
    browser.get(browser.at.replace("/code", "/recovery"))
    return Stage(browser, {"code": jane.codes[0]}, {"code": "0000-0000-0000-0000"})


def _enrol(driver: LoginDriver, browser: Browser) -> Stage:
    seed = driver.to_set_up(browser, driver.harness.person("jane", second_step_required=True))
    return Stage(browser, {"code": pyotp.TOTP(seed).at(driver.harness.clock.now())}, {"code": "000000"})


def _recovery_codes(driver: LoginDriver, browser: Browser) -> Stage:
    before = _enrol(driver, browser)
    browser.submit(**before.right)
    return Stage(browser, {"saved": "1"}, {"saved": "no"})


def _passkey(driver: LoginDriver, browser: Browser) -> Stage:
    owner = with_passkey(driver.harness)
    driver.authorize(browser)
    target = browser.at.replace("/identify", "/passkey")
    return Stage(browser, {"credential": owner.key.get(options(browser))}, {"credential": "{}"}, target)


def _code_by_mail(driver: LoginDriver, browser: Browser) -> Stage:
    account = Account(driver.harness, driver.harness.person())
    account.open(f"{SECURITY}/codes/email")
    account.browser.submit(action="/send")
    account.browser.submit(action="/codes/email", code=codes(driver.harness, "email")[-1][1])
    account.browser.submit(action=CODES, saved="1")
    driver.harness.clock.advance(PAUSE)
    driver.authorize(browser)
    browser.submit(username="jane", password=account.someone.password)
    return Stage(browser, {"code": codes(driver.harness, "email")[-1][1]}, {"code": "000000"})


def _enrol_passkey(driver: LoginDriver, browser: Browser) -> Stage:
    _enrol(driver, browser)
    browser.get(f"{browser.at}/passkey")
    credential = Authenticator(ISSUER).create(options(browser))
    return Stage(browser, {"credential": credential}, {"credential": "{}"})


def _enrol_email(driver: LoginDriver, browser: Browser) -> Stage:
    _offer(driver, browser)
    browser.submit(choice="now")
    browser.get(f"{browser.at}/email")
    browser.submit(action="/send")
    return Stage(browser, {"code": codes(driver.harness, "email")[-1][1]}, {"code": "000000"})


def _offer(driver: LoginDriver, browser: Browser) -> Stage:
    jane = driver.harness.person(second_step_required=True)
    driver.authorize(browser, "pwd")
    browser.submit(username="jane", password=jane.password)
    return Stage(browser, {"choice": "later"}, {"choice": "neither"})


_AT = {
    "account": _account,
    "identify": _identify,
    "code": _code,
    "recovery": _recovery,
    "enrol": _enrol,
    "recovery-codes": _recovery_codes,
    "passkey": _passkey,
    "code/email": _code_by_mail,
    "enrol/passkey": _enrol_passkey,
    "enrol/email": _enrol_email,
    "offer": _offer,
}
