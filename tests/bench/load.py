"""The hot paths one after the other: each takes what the one before it was given."""

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench.app import BenchApp
from tests.bench.wire import Answer, Connection, InProcess, Request, Wire
from tests.support.harness import Harness
from tests.support.statements import metered

CONNECTIONS = 4


@dataclass(frozen=True)
class Measured:
    """One path: how many a second, the slowest in a hundred in milliseconds; the rest is for one request.

    `processor` (milliseconds) is what a busy machine changes least; of PostgreSQL it leaves out the server's part.
    """

    name: str
    per_second: float
    p99: float
    statements: float | None = None
    commits: float | None = None
    processor: float | None = None


Runner = Callable[[str, list[Request]], tuple[list[Answer], Measured]]


def hot_paths(app: BenchApp, run: Runner, count: int) -> Iterator[Measured]:
    """Every path `count` times, but for the first ones, which only warm up."""
    warm, _ = run("", [app.authorize()] * 20)
    warm, _ = run("", [app.redeem(answer) for answer in warm])
    run("", [app.refresh(answer) for answer in warm])
    answers, measured = run("authorize, with a session", [app.authorize()] * count)
    yield measured
    answers, measured = run("code redemption", [app.redeem(answer) for answer in answers])
    yield measured
    answers, measured = run("refresh", [app.refresh(answer) for answer in answers])
    yield measured
    access_token = answers[0].json["access_token"]
    for name, request in (
        ("client_credentials", app.client_credentials()),
        ("userinfo", app.userinfo(access_token)),
        ("introspection", app.introspect(access_token)),
    ):
        yield run(name, [request] * count)[1]


def in_process(harness: Harness) -> Runner:
    """One request after the other on one core; the median counts, which other programs disturb less than the mean.

    Counting the statements costs each about a microsecond.
    """
    wire = InProcess(harness.app, harness.settings.issuer)

    def run(name: str, requests: list[Request]) -> tuple[list[Answer], Measured]:
        with metered(harness) as meter:
            began = time.process_time()
            answers, times = _timed(wire, requests)
            processor = time.process_time() - began
        count = len(requests)
        return answers, Measured(
            name,
            1 / statistics.median(times),
            _p99(times),
            statements=len(meter.statements) / count,
            commits=meter.commits / count,
            processor=processor / count * 1000,
        )

    return run


def over_the_network(issuer: str, stack: ExitStack) -> Runner:
    """Several connections at once to a running server; they are closed with `stack`."""
    wires = [stack.enter_context(Connection(issuer)) for _ in range(CONNECTIONS)]
    pool = stack.enter_context(ThreadPoolExecutor(CONNECTIONS))

    def run(name: str, requests: list[Request]) -> tuple[list[Answer], Measured]:
        shares = [requests[number::CONNECTIONS] for number in range(CONNECTIONS)]
        began = time.perf_counter()
        done = list(pool.map(_timed, wires, shares))
        seconds = time.perf_counter() - began
        answers = [answer for share, _ in done for answer in share]
        return answers, Measured(name, len(requests) / seconds, _p99([took for _, times in done for took in times]))

    return run


def _timed(wire: Wire, requests: list[Request]) -> tuple[list[Answer], list[float]]:
    unread, times = [], []
    for send in [wire.prepare(request) for request in requests]:
        began = time.perf_counter()
        unread.append(send())
        times.append(time.perf_counter() - began)
    answers = [read() for read in unread]
    for answer in answers:
        if answer.status not in {200, 302, 303}:
            message = f"{answer.status}: {answer.body!r}"
            raise RuntimeError(message)
    return answers, times


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[-1] * 1000 if len(times) > 1 else times[0] * 1000
