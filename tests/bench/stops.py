"""Stops of `idp serve` and `idp demo` under load: how long each takes until every process is gone.

One half is stopped at a random moment while it starts, the other while it serves.
"""

import contextlib
import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from idp.server import local_ports
from tests.bench.wire import Connection, Request
from tests.support.command import PROGRAM, Command, free_port
from tests.support.processes import marked

KINDS = ("serve", "demo")
WORKERS = 2
SERVING = 1.0
"""Seconds: a stop comes so long, at most, after the first answer."""
START_WITHIN = 120.0
BAR = 5.0
GIVE_UP = 60.0
MARKER = "COUNTERSIGN_BENCH_STOP"
BUSY_LOOPS = 1
CLIENTS = 2
DISCOVERY = Request("GET", "/.well-known/openid-configuration")


@dataclass(frozen=True)
class Stop:
    """One stop: the signal's name, whether it served, and the seconds until every process was gone."""

    sign: str
    serving: bool
    after: float
    took: float


def measure(kind: str, directory: Path, count: int) -> Iterator[Stop]:
    """Start and stop one installation so many times, while other processes keep the machine busy."""
    port, app_port = free_port(), free_port()
    command, arguments = _prepared(kind, directory, port, app_port)
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # else a bench in the background ignores it, and so do they
    starting = 2.0
    with _busy_machine():
        for number in range(count):
            value = f"{os.getpid()}-{kind}-{number}-"
            run = _Run(arguments, command.environment | {MARKER: value}, f"{MARKER}={value}", port)
            with _load(port):
                if number % 2:
                    starting = run.wait_until_it_answers()
                    time.sleep(random.uniform(0, SERVING))  # noqa: S311 - any moment is as good
                else:
                    time.sleep(random.uniform(0, starting))  # noqa: S311 - as above
                yield run.stop(serving=bool(number % 2))


def _prepared(kind: str, directory: Path, port: int, app_port: int) -> tuple[Command, list[str]]:
    """The environment and arguments; its tables and keys exist."""
    if kind == "demo":
        where = ["--data-dir", str(directory / "data"), "--keys-dir", str(directory / "keys")]
        return Command({}), ["demo", "--port", str(port), "--app-port", str(app_port), *where]
    command = Command.for_development(directory, issuer=f"http://localhost:{port}")
    command.done("db", "upgrade")
    return command, ["serve", "--port", str(port), "--workers", str(WORKERS)]


class _Run:
    """One run of the program."""

    def __init__(self, arguments: list[str], environment: dict[str, str], mark: str, port: int) -> None:
        self._mark, self._port, self._began = mark, port, time.monotonic()
        self._process = subprocess.Popen(
            [PROGRAM, *arguments],
            env={"PATH": os.environ["PATH"], "NO_PROXY": "*"} | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_until_it_answers(self) -> float:
        """Return the seconds since the start."""
        while local_ports.http_status("127.0.0.1", self._port, DISCOVERY.path, name="localhost") is None:
            assert self._process.poll() is None, "it ended by itself"
            assert time.monotonic() < self._began + START_WITHIN, "it did not start"
            time.sleep(0.02)
        return time.monotonic() - self._began

    def stop(self, *, serving: bool) -> Stop:
        """Send a signal, and wait until every process is gone."""
        sign, began = random.choice((signal.SIGTERM, signal.SIGINT)), time.monotonic()  # noqa: S311 - either is as good
        self._process.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GIVE_UP)
        while (left := marked(self._mark)) and time.monotonic() < began + GIVE_UP:
            time.sleep(0.01)
        took = time.monotonic() - began
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        return Stop(sign.name, serving, began - self._began, took)


@contextlib.contextmanager
def _busy_machine() -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY_LOOPS)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@contextlib.contextmanager
def _load(port: int) -> Iterator[None]:
    """Clients that ask all the time, over connections that they keep."""
    over = threading.Event()
    threads = [threading.Thread(target=_ask, args=(port, over)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _ask(port: int, over: threading.Event) -> None:
    while not over.is_set():
        with contextlib.suppress(OSError), Connection(f"http://localhost:{port}") as connection:
            for _ in itertools.takewhile(lambda _: not over.is_set(), itertools.count()):
                connection.prepare(DISCOVERY)()()
        time.sleep(0.05)
