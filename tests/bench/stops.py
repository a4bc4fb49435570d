"""Stops of `idp serve` and `idp demo` at random moments under load: how long each takes, and what is left behind."""

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

from tests.bench.wire import Connection, Request
from tests.support.command import PROGRAM, Command, free_port
from tests.support.processes import marked

KINDS = ("serve", "demo")
WORKERS = 2
MOMENT = (0.05, 4.0)
"""Seconds after the start; the first second or two it is not serving yet."""
BAR = 5.0
GIVE_UP = 60.0
MARKER = "COUNTERSIGN_BENCH_STOP"
BUSY_LOOPS = 2
CLIENTS = 2
DISCOVERY = Request("GET", "/.well-known/openid-configuration")


@dataclass(frozen=True)
class Stop:
    """One stop: the signal's name, how long after the start it was sent, and how long until every process was gone."""

    sign: str
    after: float
    took: float
    code: int


def measure(kind: str, directory: Path, count: int) -> Iterator[Stop]:
    """Start and stop one installation so many times, while other processes keep the machine busy."""
    port, app_port = free_port(), free_port()
    command, arguments = _prepared(kind, directory, port, app_port)
    with _busy_machine():
        for number in range(count):
            mark = f"{MARKER}={os.getpid()}-{kind}-{number}-"
            name, _, value = mark.partition("=")
            yield _stop_once(arguments, command.environment | {name: value}, mark, port)


def _prepared(kind: str, directory: Path, port: int, app_port: int) -> tuple[Command, list[str]]:
    """The environment and arguments; its tables and keys exist."""
    if kind == "demo":
        where = ["--data-dir", str(directory / "data"), "--keys-dir", str(directory / "keys")]
        return Command({}), ["demo", "--port", str(port), "--app-port", str(app_port), *where]
    command = Command.for_development(directory, issuer=f"http://localhost:{port}")
    command.done("db", "upgrade")
    return command, ["serve", "--port", str(port), "--workers", str(WORKERS)]


def _stop_once(arguments: list[str], environment: dict[str, str], mark: str, port: int) -> Stop:
    after, sign = random.uniform(*MOMENT), random.choice((signal.SIGTERM, signal.SIGINT))  # noqa: S311 - any moment is as good
    process = subprocess.Popen(
        [PROGRAM, *arguments],
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*"} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with _load(port):
        time.sleep(after)
        began = time.monotonic()
        process.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GIVE_UP)
        while (left := marked(mark)) and time.monotonic() < began + GIVE_UP:
            time.sleep(0.01)
    took = time.monotonic() - began
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return Stop(sign.name, after, took, process.wait())


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
