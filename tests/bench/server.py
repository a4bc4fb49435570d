"""The product as processes: how soon it answers, what requests cost, how much memory it takes."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench import bare, load, processor
from tests.bench.app import BenchApp
from tests.support.command import free_port
from tests.support.http_person import HttpPerson
from tests.support.product import Product, installed

STARTS = 3
WORKERS = 2
CALLERS = (1, 16)
LOOKS = 6
"""At the memory, while it is under load."""
AT_ONCE = 48
"""Requests of each kind between two looks at the clock."""


@dataclass(frozen=True)
class Served:
    """Seconds of each cold start; by number of callers the paths; MiB of each process, then in all over the minutes.

    `answers` are CPU milliseconds of a bare Flask answer, served in the same way.
    """

    starts: list[float]
    paths: dict[int, list[load.Measured]]
    answers: dict[int, float]
    memory: list[float]
    over_time: list[float]


def measure(directory: Path, database_url: str, count: int, minutes: float) -> Served:
    """Measure a fresh installation: its starts, each path with few callers and many, memory under load."""
    server = processor.find_server(database_url)
    with installed(directory, workers=WORKERS, database_url=database_url) as product:
        app, starts = signed_in(product), []
        for _ in range(STARTS):
            product.stop()
            starts.append(product.start())
        assert product.process
        pid, paths = product.process.pid, {}
        for callers in CALLERS:
            with ExitStack() as stack:
                run = load.over_the_network(product.issuer, stack, callers, pid, server)
                paths[callers] = list(load.hot_paths(app, run, count))
        memory = list(processor.memory(pid))
        over_time = list(_memory_under_load(product.issuer, app, pid, minutes * 60))
    return Served(starts, paths, _bare_answers(count), memory, over_time)


def signed_in(product: Product) -> BenchApp:
    """An app, and somebody with a session of password and code; the server runs."""
    base = f"http://localhost:{free_port()}"
    registered = product.add_app("bench", redirect_uri=f"{base}/cb")
    product.add_person("jane", required=True)
    product.start()
    person = HttpPerson("jane", stop_at=base)
    app = BenchApp(registered.client_id, registered.secret, f"{base}/cb", cookie="")
    person.get(product.issuer + app.authorize().path)
    person.sign_in()
    cookie = "; ".join(f"countersign-{name}={person.cookie(name)}" for name in ("session", "browser"))
    return BenchApp(app.client_id, app.secret, app.redirect_uri, cookie)


def _bare_answers(count: int) -> dict[int, float]:
    found = {}
    with bare.served(WORKERS) as (address, pid):
        for callers in CALLERS:
            with ExitStack() as stack:
                run = load.over_the_network(address, stack, callers, pid)
                run("", [bare.ASKED] * min(count, load.WARM_UP))
                found[callers] = run("", [bare.ASKED] * count)[1].processor
    return found


def _memory_under_load(issuer: str, app: BenchApp, pid: int, seconds: float) -> Iterator[float]:
    """Send requests of every kind from many callers; yield MiB in all, at the start and at equal intervals."""
    began, looks = time.monotonic(), 0
    with ExitStack() as stack:
        run = load.over_the_network(issuer, stack, CALLERS[-1], pid)
        while looks <= LOOKS:
            if time.monotonic() - began >= seconds * looks / LOOKS:
                yield sum(processor.memory(pid))
                looks += 1
            else:
                list(load.hot_paths(app, run, AT_ONCE))
