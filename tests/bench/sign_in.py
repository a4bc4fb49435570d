"""Whole sign-ins, with the password hash people really get: password, code, and the tokens of one app."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from idp.config import Settings
from idp.factors.totp import PERIOD
from tests.support.browser import Browser
from tests.support.harness import CHEAP_HASH, Harness
from tests.support.relying_party import RelyingParty

ROUNDS = 10
REAL_HASH = {name: Settings.model_fields[name].default for name in CHEAP_HASH}


@dataclass(frozen=True)
class SignIns:
    """Per second, and in milliseconds: what the server takes for the password, and for the code page sent back."""

    per_second: float
    password: float
    code: float
    slowest_code: float


def measure(database_url: str, directory: Path) -> SignIns:
    """One person signs in from fresh browsers; the clock of the product moves, ours is what counts."""
    harness = Harness(database_url, directory, **REAL_HASH)
    try:
        app, someone = RelyingParty(harness), harness.person("jane", totp=True)
        wholes, passwords, codes = [], [], []
        for _ in range(ROUNDS + 1):
            browser = Browser(harness)
            harness.clock.advance(PERIOD)
            began = time.perf_counter()
            app.send(browser)
            passwords.append(_took(lambda: browser.submit(username=someone.username, password=someone.password)))  # noqa: B023 - called at once, in this round
            code = someone.code(harness.clock)
            codes.append(_took(lambda: browser.submit(code=code)))  # noqa: B023 - called at once, in this round
            app.tokens_from(app.answer(browser))
            wholes.append(time.perf_counter() - began)
    finally:
        harness.close()
    first = 1  # the first round warms up
    return SignIns(
        per_second=1 / statistics.median(wholes[first:]),
        password=statistics.median(passwords[first:]) * 1000,
        code=statistics.median(codes[first:]) * 1000,
        slowest_code=max(codes[first:]) * 1000,
    )


def _took(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
