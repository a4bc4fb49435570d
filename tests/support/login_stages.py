"""A sign-in stopped at each of its pages, with what its owner would enter there."""

from dataclasses import dataclass
from typing import Any

import pyotp

from tests.support.browser import Browser
from tests.support.login_driver import LoginDriver

STEPS = ("account", "identify", "code", "recovery", "enrol", "recovery-codes")
"""The pages that take something, as the last parts of their addresses."""


@dataclass(frozen=True)
class Stage:
    """`browser` stands at `page`; `right` is what moves it on. `base` is the address all its pages share."""

    browser: Browser
    right: dict[str, Any]
    wrong: dict[str, Any]

    @property
    def page(self) -> str:
        return self.browser.at

    @property
    def base(self) -> str:
        return self.browser.at.rpartition("/")[0]


def stand_at(step: str, driver: LoginDriver) -> Stage:
    """Brings a new browser to a page: somebody with a second step, or at a set-up somebody who must have one."""
    stage = _AT[step](driver, Browser(driver.harness))
    assert stage.page.endswith(f"/{step}"), (step, stage.page)
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


_AT = {
    "account": _account,
    "identify": _identify,
    "code": _code,
    "recovery": _recovery,
    "enrol": _enrol,
    "recovery-codes": _recovery_codes,
}
