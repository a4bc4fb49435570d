"""CPU of each frequent request and each page of a sign-in by layer: `./dev bench profile`.

Method. The application runs in this process, so that nothing of another process disturbs its count. The milliseconds
of a request are the CPU time of this process while it is answered, and of the hashes computed for it. Their division
among layers comes from a sampling profiler (`sampler`, `layers`): a sample counts for the innermost frame that
belongs to a layer. A tracing profiler such as cProfile would add a cost to each function call, so layers of many
small functions would look dearer than they are; samples cost less than one per cent in all. What C code does counts
for the Python function that called it. A hash counts as *crypto*. Two columns are measured elsewhere: *server* is
what a bare Flask application costs when it is served less what it costs in this process, and *database* is the CPU
time of PostgreSQL's own processes. SQLite works in this process: there it is part of *driver*.
"""

import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench import bare, floor, load, sign_in
from tests.bench.app import signed_in_app
from tests.bench.layers import CRYPTO, IN_PROCESS, REST
from tests.bench.load import Measured, Runner
from tests.bench.meter import SIGN_IN, RequestMeter
from tests.bench.sampler import Sampler
from tests.bench.wire import Answer, InProcess, Request
from tests.support.harness import Harness

WARM_UP = 3
HEADS = ("server", *IN_PROCESS, "database")


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU for one request, in all and by column of `HEADS`."""

    name: str
    parts: dict[str, float]

    @property
    def total(self) -> float:
        """The sum of all columns."""
        return sum(self.parts.values())


@dataclass(frozen=True)
class Profile:
    """Costs of endpoints, and of the pages of a sign-in on a new browser and on a known one."""

    endpoints: list[Cost]
    new_browser: list[Cost]
    known_browser: list[Cost]


def measure(database_url: str, directory: Path, requests: int, sign_ins: int) -> Profile:
    """Measure each endpoint with so many requests, and each page with so many sign-ins."""
    server = server_milliseconds(requests)
    harness = Harness(database_url, directory, **sign_in.REAL_HASH)
    try:
        with Sampler() as sampler:
            meter = RequestMeter(harness.app, database_url, sampler)
            endpoints = [_cost(meter, sampler, name, server) for name in _endpoints(harness, meter, requests)]
            pages = []
            for known in (False, True):
                sampler.ticks.clear()
                meter.clear()
                _sign_in(harness, meter, sign_ins, known=known)
                pages.append([_cost(meter, sampler, name, server) for name in SIGN_IN])
        return Profile(endpoints, *pages)
    finally:
        harness.close()


def server_milliseconds(requests: int) -> float:
    """Return what the server adds to an answer: a served bare application, less the same in this process."""
    with bare.served() as (address, pid), ExitStack() as stack:
        run = load.over_the_network(address, stack, 1, pid)
        run("", [bare.ASKED] * requests)
        _, served = run("", [bare.ASKED] * requests)
    return max(0.0, served.processor - floor.answer_milliseconds())


def _endpoints(harness: Harness, meter: RequestMeter, requests: int) -> list[str]:
    """Send the requests of every endpoint; their names."""
    meter.paused = True
    app = signed_in_app(harness)
    meter.paused = False
    return [each.name for each in load.hot_paths(app, _runner(harness, meter), requests)]


def _runner(harness: Harness, meter: RequestMeter) -> Runner:
    wire = InProcess(harness.app, harness.settings.issuer)

    def run(name: str, requests: list[Request]) -> tuple[list[Answer], Measured]:
        meter.name, meter.paused = name, not name
        answers = load.send_all(wire, requests)
        meter.name, meter.paused = "", False
        return answers, Measured(name, math.nan, math.nan, meter.processor(name), meter.database(name))

    return run


def _sign_in(harness: Harness, meter: RequestMeter, count: int, *, known: bool) -> None:
    person = sign_in.SignInDriver(harness, f"person{known:d}", known=known)
    meter.paused = True
    for _ in range(WARM_UP):
        person.sign_in()
    meter.paused = False
    for _ in range(count):
        person.sign_in()


def _cost(meter: RequestMeter, sampler: Sampler, name: str, server: float) -> Cost:
    shares, hashing = sampler.shares(name), meter.hashing(name)
    own = meter.processor(name) - hashing
    layers = {layer: own * shares.get(layer, 0.0) for layer in IN_PROCESS}
    layers[REST] += own - sum(layers.values())  # all of it, when no tick came
    layers[CRYPTO] += hashing
    return Cost(name, {"server": server, **layers, "database": meter.database(name)})


def lines(costs: list[Cost], *, add_up: bool) -> Iterator[str]:
    """Return a line for each cost, and for their sum."""
    sums = {head: sum(each.parts[head] for each in costs) for head in HEADS}
    for each in (*costs, *([Cost("all of it", sums)] * add_up)):
        figures = "".join(f"{each.parts[head]:10.3f}" for head in HEADS)
        yield f"  {each.name:26}{each.total:9.2f}{figures}"


def print_profile(database: str, found: Profile) -> None:
    """Print three tables."""
    head = f"{'all':>9}" + "".join(f"{head:>10}" for head in HEADS)
    for title, costs, add_up in (
        ("endpoints", found.endpoints, False),
        ("sign-in with password and TOTP, new browser", found.new_browser, True),
        ("sign-in with password and TOTP, known browser", found.known_browser, True),
    ):
        print(f"\n{database}, CPU milliseconds of one request: {title}")
        print(f"  {'':26}{head}")
        print("\n".join(lines(costs, add_up=add_up)), flush=True)
