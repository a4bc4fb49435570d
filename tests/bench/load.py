"""The hot paths one after the other: each takes what the one before it was given."""

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench import processor
from tests.bench.app import BenchApp
from tests.bench.wire import Answer, Connection, InProcess, Request, Wire
from tests.support.harness import Harness
from tests.support.statements import metered

WARM_UP = 20


@dataclass(frozen=True)
class Measured:
    """One path: how many a second, the slowest in a hundred in milliseconds; the rest is for one request.

    `processor` (milliseconds of CPU) is the product's part, `database` that of PostgreSQL's processes: a busy machine
    changes them least.
    """

    name: str
    per_second: float
    p99: float
    processor: float
    database: float
    statements: float = 0.0
    commits: float = 0.0


Runner = Callable[[str, list[Request]], tuple[list[Answer], Measured]]


def hot_paths(app: BenchApp, run: Runner, count: int) -> Iterator[Measured]:
    """Every path `count` times, but for the first ones, which only warm up."""
    warm, _ = run("", [app.authorize()] * min(WARM_UP, count))
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
        ("discovery", app.discovery()),
        ("jwks", app.jwks()),
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
    server = processor.find_server(harness.settings.database)

    def run(name: str, requests: list[Request]) -> tuple[list[Answer], Measured]:
        with metered(harness) as meter:
            others, began = processor.seconds(server), processor.own_seconds()
            answers, times = _timed(wire, requests)
            own, others = processor.own_seconds() - began, processor.seconds(server) - others
        count = len(requests)
        return answers, Measured(
            name,
            1 / statistics.median(times),
            _p99(times),
            processor=own / count * 1000,
            database=others / count * 1000,
            statements=len(meter.statements) / count,
            commits=meter.commits / count,
        )

    return run


def over_the_network(issuer: str, stack: ExitStack, callers: int, pid: int, server: int | None = None) -> Runner:
    """So many connections at once to the server in process `pid`; they are closed with `stack`.

    `server` is the process of PostgreSQL.
    """
    wires = [stack.enter_context(Connection(issuer)) for _ in range(callers)]
    pool = stack.enter_context(ThreadPoolExecutor(callers))

    def run(name: str, requests: list[Request]) -> tuple[list[Answer], Measured]:
        shares = [requests[number::callers] for number in range(min(callers, len(requests)))]
        own, others, began = processor.seconds(pid), processor.seconds(server), time.perf_counter()
        done = list(pool.map(_timed, wires, shares))
        seconds = time.perf_counter() - began
        own, others = processor.seconds(pid) - own, processor.seconds(server) - others
        count, answers = len(requests), [answer for share, _ in done for answer in share]
        times = [took for _, times in done for took in times]
        return answers, Measured(name, count / seconds, _p99(times), own / count * 1000, others / count * 1000)

    return run


def send_all(wire: Wire, requests: list[Request]) -> list[Answer]:
    """Send one after the other; raises `RuntimeError` for an error answer."""
    return _timed(wire, requests)[0]


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
