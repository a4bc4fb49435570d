"""The product as processes: how soon it answers, how much memory it takes, how many requests it serves."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench import load
from tests.bench.app import BenchApp
from tests.support.command import free_port
from tests.support.http_person import HttpPerson
from tests.support.product import Product, installed

STARTS = 3
STATUS = "/proc/{}/status"


@dataclass(frozen=True)
class Served:
    """Seconds of each cold start, MiB of each process, and the hot paths."""

    starts: list[float]
    memory: list[float]
    paths: list[load.Measured]


def measure(directory: Path, database_url: str, count: int) -> Served:
    """A fresh installation, its server started and stopped, then under load."""
    settings = {"database_url": database_url}
    with installed(directory, workers=os.cpu_count() or 1, **settings) as product, ExitStack() as stack:
        app = signed_in(product)
        starts = []
        for _ in range(STARTS):
            product.stop()
            starts.append(product.start())
        run = load.over_the_network(product.issuer, stack)
        paths = list(load.hot_paths(app, run, count))
        assert product.process
        return Served(starts, list(_memory(product.process.pid)), paths)


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


def _memory(pid: int) -> Iterator[float]:
    """Resident memory of a process and all its descendants, where the system shows it (Linux)."""
    status = Path(STATUS.format(pid))
    if not status.exists():
        return
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    yield int(fields["VmRSS"].split()[0]) / 1024
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _memory(int(child))
