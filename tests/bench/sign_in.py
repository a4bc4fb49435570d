"""Whole sign-ins, with the password hash people really get: password, code, and the tokens of one app."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from idp.config import Settings
from idp.factors.totp import PERIOD
from tests.bench.meter import SIGN_IN, RequestMeter
from tests.support.browser import Browser
from tests.support.harness import CHEAP_HASH, Harness
from tests.support.relying_party import RelyingParty
from tests.support.statements import metered

ROUNDS = 10
REAL_HASH = {name: Settings.model_fields[name].default for name in CHEAP_HASH}


@dataclass(frozen=True)
class SignIns:
    """One sign-in: its requests, statements and commits; milliseconds of CPU of this process and of the database.

    `password` and `code` are the milliseconds that these answers took by the clock.
    """

    processor: float
    database: float
    password: float
    code: float
    slowest_code: float
    requests: int
    statements: float
    commits: float


class SignInDriver:
    """One person who signs in from fresh browsers, or always from a `known` one; the clock of the product moves."""

    def __init__(self, harness: Harness, username: str, *, known: bool = False) -> None:
        self._harness, self._known = harness, known
        self._app = RelyingParty(harness, f"app-of-{username}")
        self._someone = harness.person(username, totp=True)
        self._cookie: str | None = None
        self.passwords: list[float] = []
        self.codes: list[float] = []

    def sign_in(self) -> None:
        """Sign in, and redeem the code; the seconds that two answers took are appended."""
        browser, someone = Browser(self._harness), self._someone
        self._harness.clock.advance(PERIOD)
        if self._cookie:
            browser.set_cookie("browser", self._cookie)
        self._app.send(browser, acr_values="mfa")
        self.passwords.append(_took(lambda: browser.submit(username=someone.username, password=someone.password)))
        code = someone.code(self._harness.clock)
        self.codes.append(_took(lambda: browser.submit(code=code)))
        self._app.tokens_from(self._app.answer(browser))
        if self._known:
            self._cookie = browser.cookie("browser")


def measure(database_url: str, directory: Path, rounds: int = ROUNDS) -> SignIns:
    """Measure so many sign-ins after one that warms up."""
    harness = Harness(database_url, directory, **REAL_HASH)
    try:
        driver = SignInDriver(harness, "jane")
        driver.sign_in()
        driver.passwords.clear()
        driver.codes.clear()
        meter = RequestMeter(harness.app, database_url)
        with metered(harness) as counted:
            for _ in range(rounds):
                driver.sign_in()
    finally:
        harness.close()
    return SignIns(
        processor=sum(meter.processor(page) for page in SIGN_IN),
        database=sum(meter.database(page) for page in SIGN_IN),
        password=statistics.median(driver.passwords) * 1000,
        code=statistics.median(driver.codes) * 1000,
        slowest_code=max(driver.codes) * 1000,
        requests=len(SIGN_IN),
        statements=len(counted.statements) / rounds,
        commits=counted.commits / rounds,
    )


def _took(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
