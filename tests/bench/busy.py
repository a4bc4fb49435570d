"""The token endpoint while people sign in: how long an app waits when sign-ins keep every core busy.

The sign-ins are whole ones over HTTP on new browsers: pages, a password at the real cost of its hash, a code redeemed.
The people have no second step, since a TOTP code is good once in 30 seconds. Processes of their own drive them, or the
client that measures would wait for its own interpreter.
"""

import os
import statistics
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.app import BenchApp
from tests.bench.server import WORKERS, signed_in
from tests.bench.sign_in import REAL_HASH
from tests.bench.wire import Answer, Connection
from tests.support.http_person import HttpPerson
from tests.support.product import installed

DRIVER_PROCESSES, EACH = 2, 3
"""Processes that sign people in, and people of each at a time."""
BAR = 10.0
"""The 99th percentile under load, in idle medians."""
PAUSE = 0.01
"""Seconds between two token requests, so that they are no load themselves."""
START = 2.0
"""Seconds of load before the first measured request."""


@dataclass
class Busy:
    """Seconds of each token request without and under load; how the sign-ins ended; the busy share of all cores."""

    idle: list[float]
    under_load: list[float] = field(default_factory=list)
    sign_ins: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    busy_share: float = 0.0

    @property
    def ratio(self) -> float:
        """The 99th percentile under load, in idle medians."""
        return percentile99(self.under_load) / statistics.median(self.idle)

    @property
    def passed(self) -> bool:
        """Whether the bar is reached, and people could sign in."""
        return self.ratio < BAR and self.sign_ins["done"] > 0


def percentile99(seconds: list[float]) -> float:
    """Return the time that 99 of 100 requests took at most."""
    return statistics.quantiles(seconds, n=100)[-1]


def measure(directory: Path, database_url: str, requests: int) -> Busy:
    """Send so many token requests without load, then as many under load."""
    settings = {name: str(value) for name, value in REAL_HASH.items()} | {"login_flows_per_network": "100000"}
    with installed(directory, workers=WORKERS, database_url=database_url, **settings) as product:
        app = signed_in(product)
        for number in range(DRIVER_PROCESSES * EACH):
            product.add_person(f"person{number}")
        with Connection(product.issuer) as wire, ProcessPoolExecutor(DRIVER_PROCESSES) as pool:
            found, stop = Busy(_sample(wire, app, requests)), directory / "stop"
            running = [
                pool.submit(sign_people_in, product.issuer, app, number, stop) for number in range(DRIVER_PROCESSES)
            ]
            began, before = time.monotonic(), _jiffies()
            try:
                time.sleep(START)
                found.under_load = _sample(wire, app, requests)
            finally:
                after = _jiffies()
                stop.touch()
            for each in running:
                found.sign_ins += each.result()
            found.seconds = time.monotonic() - began  # those that had begun were finished, and are counted
        busy, idle = after[0] - before[0], after[1] - before[1]
        found.busy_share = busy / (busy + idle)
        return found


def sign_people_in(issuer: str, app: BenchApp, number: int, stop: Path) -> Counter[str]:
    """Sign several people in at a time, again and again until the file `stop` exists; how often each end came."""
    names = [f"person{number * EACH + each}" for each in range(EACH)]
    total: Counter[str] = Counter()
    with ThreadPoolExecutor(EACH) as pool:
        for found in pool.map(lambda name: _sign_in_repeatedly(issuer, app, name, stop), names):
            total += found
    return total


def _sign_in_repeatedly(issuer: str, app: BenchApp, username: str, stop: Path) -> Counter[str]:
    ends: Counter[str] = Counter()
    with Connection(issuer) as wire:
        while not stop.exists():
            person = HttpPerson(username, stop_at=app.redirect_uri)
            person.get(issuer + app.authorize().path)
            person.sign_in()
            if person.at.startswith(app.redirect_uri):
                answer = wire.prepare(app.redeem(Answer(302, {"location": person.at}, b"")))()()
                ends["done" if answer.status == 200 else f"token request refused: {answer.status}"] += 1
            else:
                ends[f"sign-in refused: {person.page.status_code}"] += 1
    return ends


def _sample(wire: Connection, app: BenchApp, requests: int) -> list[float]:
    times = list[float]()
    send = wire.prepare(app.client_credentials())
    while len(times) < requests:
        began = time.perf_counter()
        answer = send()
        times.append(time.perf_counter() - began)
        assert answer().status == 200, answer()
        time.sleep(PAUSE)
    return times


def _jiffies() -> tuple[int, int]:
    """Return how long all cores have worked, and how long they have been idle or waited for a disk."""
    user, nice, system, idle, waiting, *others = (
        int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return user + nice + system + sum(others), idle + waiting


def print_busy(name: str, found: Busy) -> None:
    """Print what an app notices."""
    signed_in_each_second = found.sign_ins["done"] / found.seconds
    others = ", ".join(f"{count} x {end}" for end, count in sorted(found.sign_ins.items()) if end != "done")
    print(f"\n{name}, `idp serve` with {WORKERS} workers, {DRIVER_PROCESSES * EACH} people sign in at a time")
    print(f"  {signed_in_each_second:.1f} sign-ins a second{'; ' if others else ''}{others}; {os.cpu_count()} cores")
    print(f"  busy {found.busy_share:.0%} of the time, load {os.getloadavg()[0]:.1f} (other programs included)")
    idle, under_load = statistics.median(found.idle) * 1000, statistics.median(found.under_load) * 1000
    p99 = percentile99(found.idle) * 1000, percentile99(found.under_load) * 1000
    print(f"  client_credentials without load: median {idle:.1f} ms, p99 {p99[0]:.1f} ms")
    print(f"  under load: median {under_load:.1f} ms, p99 {p99[1]:.1f} ms")
    verdict = "reached" if found.passed else "MISSED"
    print(f"  p99 under load is {found.ratio:.1f} idle medians; bar {BAR:.0f}: {verdict}", flush=True)
