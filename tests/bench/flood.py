"""Strangers who guess made-up names at 200 a second, and what everybody else notices meanwhile."""

import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

from tests.bench.app import BenchApp
from tests.bench.server import signed_in
from tests.bench.wire import Answer, Connection, Request
from tests.support.browser import Forms
from tests.support.harness import PASSWORD
from tests.support.http_person import HttpPerson
from tests.support.product import Product, installed

WORKERS, STRANGERS, PER_SECOND = 2, 32, 200
SECONDS = 15.0
P95_BAR = 1.0
SESSION = re.compile(r"countersign-session=[^;]+(; )?")


@dataclass(frozen=True)
class Times:
    """Seconds that one kind of request took, before the flood and during it, and its statuses during it."""

    name: str
    before: list[float]
    during: list[float]
    statuses: Counter[int]

    @property
    def passed(self) -> bool:
        """Whether all were answered without a fault, 95 of 100 in time."""
        return p95(self.during) < P95_BAR and all(status < 500 for status in self.statuses)


@dataclass
class Flood:
    """What the strangers were answered."""

    answers: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    paths: list[Times] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether everybody else was served, and strangers got nothing but refusals."""
        return all(each.passed for each in self.paths) and set(self.answers) <= {400, 429, 503}


def p95(seconds: list[float]) -> float:
    """Return the time that 95 of 100 requests took at most."""
    return statistics.quantiles(seconds, n=20)[-1]


def measure(directory: Path, database_url: str) -> Flood:
    """Measure everybody else without the flood, then with it; each stranger has an address of their own."""
    settings = {"database_url": database_url, "trusted_proxies": "1"}
    with installed(directory, workers=WORKERS, **settings) as product, ExitStack() as stack:
        app = signed_in(product)
        probes = _probes(product, app, stack)
        before = {name: _sample(probe, SECONDS / 3 / len(probes))[0] for name, probe in probes.items()}
        strangers = [_Stranger(product, number, stack) for number in range(STRANGERS)]
        flood, stop = Flood(), threading.Event()
        threads = [threading.Thread(target=stranger.run, args=(stop, flood.answers)) for stranger in strangers]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        time.sleep(1)
        for name, probe in probes.items():
            flood.paths.append(Times(name, before[name], *_sample(probe, SECONDS / len(probes))))
        stop.set()
        for thread in threads:
            thread.join()
        flood.seconds = time.monotonic() - began
        return flood


Probe = Callable[[], int]


def _probes(product: Product, app: BenchApp, stack: ExitStack) -> dict[str, Probe]:
    wire = stack.enter_context(Connection(product.issuer))

    def send(request: Request) -> Answer:
        return wire.prepare(request)()()

    token = send(app.redeem(send(app.authorize()))).json["access_token"]
    known = SESSION.sub("", app.cookie)
    page = Request("GET", app.authorize().path, {"Cookie": known, "Sec-Fetch-Site": "cross-site"})
    return {
        "keys (/jwks)": lambda: send(Request("GET", "/jwks")).status,
        "userinfo": lambda: send(app.userinfo(token)).status,
        "client_credentials": lambda: send(app.client_credentials()).status,
        "authorize, with a session": lambda: send(app.authorize()).status,
        "sign-in page": lambda: send(page).status,
        "password, known browser": lambda: _sign_in(product, app, known),
    }


def _sign_in(product: Product, app: BenchApp, cookie: str) -> int:
    """Give the right password on a known browser; the code page is what follows."""
    person = HttpPerson("jane")
    name, _, value = next(part for part in cookie.split("; ") if "browser=" in part).partition("=")
    person.set_cookie(name, value)
    person.get(product.issuer + app.authorize().path)
    person.submit(username="jane", password=PASSWORD)
    return person.page.status_code if person.at.endswith("/code") else 599


def _sample(probe: Probe, seconds: float) -> tuple[list[float], Counter[int]]:
    times, statuses, until = list[float](), Counter[int](), time.monotonic() + seconds
    while time.monotonic() < until or len(times) < 2:
        began = time.perf_counter()
        statuses[probe()] += 1
        times.append(time.perf_counter() - began)
        time.sleep(0.01)
    return times, statuses


class _Stranger:
    """One browser at the sign-in page, sending another name each time."""

    def __init__(self, product: Product, number: int, stack: ExitStack) -> None:
        self._address = f"203.0.113.{number}"
        person = HttpPerson("stranger")
        person.get(f"{product.issuer}/account/")
        forms = Forms()
        forms.feed(person.page.text)
        at = next(index for index, target in enumerate(forms.actions) if "/identify" in target)
        self._path = urlsplit(urljoin(person.at, forms.actions[at])).path
        self._form, self._cookie = forms.forms[at], f"countersign-login={person.cookie('login')}"
        self._issuer, self._wire = product.issuer, stack.enter_context(Connection(product.issuer))

    def run(self, stop: threading.Event, answers: Counter[int]) -> None:
        """Send guesses at this stranger's share of the rate until told to stop."""
        began, sent = time.monotonic(), 0
        while not stop.is_set():
            guess = self._form | {"username": f"nobody{id(self)}-{sent}", "password": "a guess"}
            headers = {
                "Cookie": self._cookie,
                "Origin": self._issuer,
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Forwarded-For": self._address,
            }
            request = Request("POST", self._path, headers, urlencode(guess).encode())
            answers[self._wire.prepare(request)()().status] += 1
            sent += 1
            stop.wait(max(0.0, began + sent * STRANGERS / PER_SECOND - time.monotonic()))


def print_flood(name: str, flood: Flood) -> None:
    """Print one table."""
    total = sum(flood.answers.values())
    rate = total / flood.seconds
    shares = ", ".join(f"{count} x {status}" for status, count in sorted(flood.answers.items()))
    print(f"\n{name}: {STRANGERS} strangers, {rate:.0f} guesses a second ({shares})")
    print(f"  {'':28} {'before ms':>10} {'p95':>8} {'during ms':>10} {'p95':>8}")
    for each in flood.paths:
        before, during = statistics.median(each.before) * 1000, statistics.median(each.during) * 1000
        figures = f"{before:10.1f} {p95(each.before) * 1000:8.1f} {during:10.1f} {p95(each.during) * 1000:8.1f}"
        print(f"  {each.name:28} {figures}  {'' if each.passed else f'NOT REACHED {dict(each.statuses)}'}")
