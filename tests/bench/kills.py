"""Workers killed at random moments under load: what clients notice, and whether anything was done twice."""

import contextlib
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from idp.config import load
from idp.kernel.clock import SystemClock
from idp.persistence.database import Database
from tests.bench.app import BenchApp
from tests.bench.server import signed_in
from tests.bench.wire import Answer, Connection, Request
from tests.support.processes import kill_and_list_clients, workers
from tests.support.product import Product, installed

WORKERS, CLIENTS = 4, 6
PAUSE = (0.5, 6.0)
"""Seconds between two kills."""
RECOVERY = 40.0
LONGEST_GAP = 5.0
"""Seconds without any answer at all, on a busy machine."""
OK, REFUSED = 200, 400


@dataclass
class Seen:
    """What all clients saw. `lost` are requests whose connection ended before the answer, by its local port.

    `ended` counts sign-ins that a lost answer to a refresh ended: an app that sends the same again gets it.
    """

    answers: Counter[int] = field(default_factory=Counter)
    lost: list[tuple[int, bool]] = field(default_factory=list)
    refused: int = 0
    tokens: int = 0
    unknown: int = 0
    doubled: int = 0
    refreshed: int = 0
    ended: int = 0
    times: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Campaign:
    """The result. `foreign` are requests lost on a connection of a worker that was not killed.

    `queued` were lost on a new connection that no worker had accepted yet; `issued` is counted in the audit trail.
    """

    kills: int
    seconds: float
    seen: Seen
    own: int
    queued: int
    foreign: int
    gap: float
    issued: int
    back: float

    @property
    def passed(self) -> bool:
        """Whether it was served throughout, the others were unharmed, nothing was done twice, and none was a 5xx."""
        known = self.seen.tokens <= self.issued <= self.seen.tokens + self.seen.unknown
        failed = any(status >= 500 for status in self.seen.answers)
        return not (self.foreign or self.seen.doubled or self.seen.ended or failed) and known and self.gap < LONGEST_GAP


def measure(directory: Path, database_url: str, kills: int) -> Campaign:
    """Kill a random worker so many times while clients sign in through it."""
    with installed(directory, workers=WORKERS, database_url=database_url) as product:
        app = signed_in(product)
        before = issued(product)
        stop, clients = threading.Event(), [_Client(product.issuer, app) for _ in range(CLIENTS)]
        threads = [threading.Thread(target=client.run, args=(stop,)) for client in clients]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        victims = list(_kill(product, kills))
        seconds = time.monotonic() - began
        back = _seconds_until_whole(product)
        stop.set()
        for thread in threads:
            thread.join()
        return _sum_up(victims, [client.seen for client in clients], seconds, issued(product) - before, back)


def _kill(product: Product, kills: int) -> Iterator[set[int]]:
    assert product.process
    for _ in range(kills):
        time.sleep(random.uniform(*PAUSE))  # noqa: S311 - any moment is as good
        yield kill_and_list_clients(random.choice(_running(product)))  # noqa: S311 - as above


def _running(product: Product) -> list[int]:
    """The workers, once there is one."""
    assert product.process
    while not (found := workers(product.process.pid)):
        time.sleep(random.uniform(*PAUSE))  # noqa: S311 - any moment is as good
    return found


def _seconds_until_whole(product: Product) -> float:
    began = time.monotonic()
    while len(_running(product)) < WORKERS:
        assert time.monotonic() < began + RECOVERY, "a worker did not come back"
        time.sleep(0.1)
    return time.monotonic() - began


def issued(product: Product) -> int:
    """How many tokens the audit trail says were issued for codes."""
    settings = load(product.command.environment)
    with contextlib.closing(Database(settings.database, SystemClock())) as database, database.read() as tx:
        return sum(
            event.detail.get("grant_type") == "authorization_code"
            for event in tx.audit.latest(event="token.issued", limit=1_000_000)
        )


def _sum_up(victims: list[set[int]], all_seen: list[Seen], seconds: float, in_audit: int, back: float) -> Campaign:
    ports = set().union(*victims)
    seen = Seen()
    for each in all_seen:
        seen.answers += each.answers
        seen.lost += each.lost
        seen.times += each.times
        seen.refused += each.refused
        seen.tokens += each.tokens
        seen.unknown += each.unknown
        seen.doubled += each.doubled
        seen.refreshed += each.refreshed
        seen.ended += each.ended
    elsewhere = [used for port, used in seen.lost if port not in ports]
    times = sorted(seen.times)
    gap = max(later - earlier for earlier, later in itertools.pairwise(times))
    return Campaign(
        len(victims),
        seconds,
        seen,
        own=len(seen.lost) - len(elsewhere),
        queued=elsewhere.count(False),
        foreign=elsewhere.count(True),
        gap=gap,
        issued=in_audit,
        back=back,
    )


class _Client:
    """A browser and its app: a code, its tokens and a refresh, again and again, over one connection while it lasts."""

    def __init__(self, issuer: str, app: BenchApp) -> None:
        self.seen = Seen()
        self._issuer, self._app = issuer, app
        self._connection: Connection | None = None
        self._used = False

    def run(self, stop: threading.Event) -> None:
        """Sign in until `stop`."""
        while not stop.is_set():
            answer = self._send(self._app.authorize())
            if answer and answer.status in {302, 303}:
                self._redeem(answer)
        self._hang_up()

    def _redeem(self, answer: Answer) -> None:
        request = self._app.redeem(answer)
        first = self._send(request)
        if first and first.status == OK:
            self.seen.tokens += 1
            self._refresh(first)
            return
        if first is None:  # whether it was done is unknown: an app tries again
            again = self._send(request)
            done = again is not None and again.status == OK
            self.seen.tokens += done
            self.seen.unknown += not done
            third = self._send(request) if done else None
            self.seen.doubled += third is not None and third.status == OK

    def _refresh(self, answer: Answer) -> None:
        request = self._app.refresh(answer)
        found = self._send(request) or self._send(request)
        self.seen.refreshed += found is not None and found.status == OK
        self.seen.ended += found is not None and found.status != OK

    def _send(self, request: Request) -> Answer | None:
        connection = self._connected()
        port = connection._socket.getsockname()[1]
        try:
            answer = connection.prepare(request)()()
        except OSError:
            self.seen.lost.append((port, self._used))
            self._hang_up()
            return None
        self._used = True
        self.seen.answers[answer.status] += 1
        self.seen.times.append(time.monotonic())
        return answer

    def _connected(self) -> Connection:
        while self._connection is None:
            try:
                self._connection, self._used = Connection(self._issuer), False
            except OSError:
                self.seen.refused += 1
                time.sleep(0.02)
        return self._connection

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.__exit__()
            self._connection = None
