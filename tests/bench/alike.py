"""Whether time tells that an account exists: names that somebody has, and that nobody has, tried in turn.

Between two pairs all counters are cleared, or most tries would only meet the limit. The hash is the cheapest that is
allowed: it is the same work for both, and at its real cost would hide what is not.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urljoin

from tests.bench.wire import InProcess, Request
from tests.support.account import EMAIL, Account
from tests.support.back_channel import FORM
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness
from tests.support.login_driver import csrf_of
from tests.support.relying_party import RelyingParty

SOMEBODY, NOBODY = "person", "nobody"
"""Of one length, so that pages that repeat them are too."""
WARM_UP = 10

Ask = Callable[[str], Request]
"""The request that names somebody, or nobody."""


@dataclass(frozen=True)
class Twins:
    """Median milliseconds at one place, and how often the time of one answer tells which of the two it was."""

    place: str
    somebody: float
    nobody: float
    guessed: float

    @property
    def apart(self) -> float:
        """Milliseconds between the medians."""
        return abs(self.somebody - self.nobody)


def measure(database_url: str, directory: Path, tries: int) -> Iterator[Twins]:
    """Each place, `tries` times for each name."""
    harness = Harness(database_url, directory)
    try:
        harness.person(SOMEBODY)
        asking = Account(harness, harness.person("asking", email_verified=True))
        rp = RelyingParty(harness)
        places: dict[str, Ask] = {
            "wrong password": _password(rp),
            "forgotten password": _forgot(harness),
            "passkey options": _passkey_options(rp),
            "login_hint of an app": lambda name: _coming_from(rp, name),
            "new email address": _new_address(asking),
        }
        for place, ask in places.items():
            yield _compare(harness, place, ask, tries)
    finally:
        harness.close()


def _compare(harness: Harness, place: str, ask: Ask, tries: int) -> Twins:
    wire = InProcess(harness.app, ISSUER)
    times: dict[str, list[float]] = {SOMEBODY: [], NOBODY: []}
    for number in range(WARM_UP + tries):
        with harness.services.database.write() as tx:
            tx.throttles.reset_all("")
        statuses = set()
        for name in random.sample(list(times), 2):
            send = wire.prepare(ask(name))
            began = time.perf_counter()
            answer = send()
            took = (time.perf_counter() - began) * 1000
            statuses.add(answer().status)
            times[name] += [took] * (number >= WARM_UP)
        if len(statuses) != 1 or max(statuses) in {403, 429, 500}:
            message = f"{place}: answered {statuses}"
            raise RuntimeError(message)
    somebody, nobody = times[SOMEBODY], times[NOBODY]
    return Twins(place, statistics.median(somebody), statistics.median(nobody), _guessed(somebody, nobody))


def _guessed(somebody: list[float], nobody: list[float]) -> float:
    """The share told rightly of the second half, by the line between the medians of the first."""
    half = len(somebody) // 2
    one, other = statistics.median(somebody[:half]), statistics.median(nobody[:half])
    line = (one + other) / 2
    right = [(took > line) == (one > other) for took in somebody[half:]]
    right += [(took > line) == (other >= one) for took in nobody[half:]]
    return sum(right) / len(right)


def _password(rp: RelyingParty) -> Ask:
    browser = Browser(rp.harness)
    rp.send(browser)
    return lambda name: _form(browser, browser.at, username=name, password="wrong")


def _forgot(harness: Harness) -> Ask:
    browser = Browser(harness)
    browser.get("/recover")
    return lambda name: _form(browser, browser.at, username=name)


def _passkey_options(rp: RelyingParty) -> Ask:
    """In a sign-in whose page shows the name already."""
    browsers = {name: Browser(rp.harness) for name in (SOMEBODY, NOBODY)}
    for name, browser in browsers.items():
        rp.send(browser, login_hint=name)
    return lambda name: _form(browsers[name], urljoin(browsers[name].at, "passkey/options"))


def _coming_from(rp: RelyingParty, name: str) -> Request:
    return Request("GET", rp.address(login_hint=name), {"Sec-Fetch-Site": "cross-site"})


def _new_address(asking: Account) -> Ask:
    asking.open(EMAIL)
    return lambda name: _form(asking.browser, EMAIL, email=f"{name}@example.test")


def _form(browser: Browser, path: str, **fields: str) -> Request:
    """A form of the page the browser shows."""
    cookies = "; ".join(f"__Host-countersign-{name}={browser.cookie(name) or ''}" for name in ("login", "session"))
    headers = browser.headers | {"Cookie": cookies, "Origin": ISSUER, "Content-Type": FORM}
    body = urlencode({"csrf": csrf_of(browser)} | fields)
    return Request("POST", path, headers, body.encode())
