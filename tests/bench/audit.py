"""The audit trail at a size: its search, its chain, and what both cost a sign-in.

Rows are generated in the database: people, apps, kinds and results as they are in use, some of them rare.
"""

import contextlib
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from idp.admin.audit_chain import AuditChain
from idp.admin.audit_verification import Verification
from idp.persistence.audit_events import AuditEvent, audit_events
from idp.persistence.audit_search import AuditFilter
from idp.persistence.keyset import Position
from idp.server.background import CHAIN_EVERY
from tests.bench import processor
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty

PAGE = 50
TRIES = 7
INSERTS = 2000
BEFORE = {"ix_audit_events_user", "ix_audit_events_at"}
"""Indexes that are not those of the search."""
CHAINED = 100_000
"""Rows that are chained and verified."""
BLOCK, BLOCKS = 12, 5
"""Sign-ins in a row, and how often that is repeated with the job and without it."""
START = 1_700_000_000
FILL = """
INSERT INTO audit_events
  (event, outcome, detail, at, user_id, client_id, sid, address, user_agent, request_id, actor_id)
SELECT CASE n % 10 WHEN 0 THEN 'sign_in' WHEN 1 THEN 'sign_in.password' WHEN 2 THEN 'sign_in.second_step'
                   WHEN 3 THEN 'authorization.granted' WHEN 4 THEN 'session.ended'
                   ELSE CASE WHEN n % 100000 = 5 THEN 'role.granted' ELSE 'token.issued' END END,
       CASE WHEN n % 20 = 1 THEN 'failure' WHEN n % 50000 = 2 THEN 'throttled' ELSE 'success' END,
       '{{"method": "totp", "codes_left": 8}}', {start} + n * 6, 'user' || (n * 7919 % {people}),
       CASE WHEN n % 3 = 0 THEN 'client' || (n * 31 % 200) END, 'sid' || n, '192.0.2.' || (n % 250),
       'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'request' || (n / 3),
       CASE WHEN n % 500 = 0 THEN 'user' || (n / 500 % 20) END
FROM {numbers}
"""
NUMBERS = {
    "postgresql": "generate_series(CAST({first} AS bigint), {last}) AS n",
    "sqlite": "(WITH RECURSIVE s(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM s WHERE n < {last}) "
    "SELECT n FROM s)",
}


@dataclass(frozen=True)
class Search:
    """Milliseconds of a search on its first, middle and last page: the median of some tries."""

    name: str
    first: float
    middle: float
    last: float


@dataclass(frozen=True)
class Cost:
    """Seconds that passed, and seconds of a processor that this process used; the database used others."""

    passed: float
    used: float

    def for_a_million(self, rows: int) -> "Cost":
        return Cost(self.passed / rows * 1e6, self.used / rows * 1e6)


@dataclass(frozen=True)
class SignIns:
    """Median milliseconds of a sign-in while the chain's job runs all the time, and while it does not."""

    with_chain: float
    without: float

    @property
    def ratio(self) -> float:
        return self.with_chain / self.without


def fill(engine: Engine, number: int, *, people: int, start: int = 1, batch: int = 500_000) -> None:
    """Add events, batch by batch; indexes are built afterwards, which is faster."""
    for index in audit_events.indexes:
        index.drop(engine)
    for first in range(start, number + 1, batch):
        numbers = NUMBERS[engine.dialect.name].format(first=first, last=min(first + batch - 1, number))
        with engine.begin() as connection:
            connection.execute(text(FILL.format(start=START, people=people, numbers=numbers).replace(":", r"\:")))
    for index in audit_events.indexes:
        index.create(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def searches(harness: Harness, number: int) -> Iterator[Search]:
    """Measure each filter alone, and some together."""
    middle = START + number * 3
    filters = {
        "everything": AuditFilter(),
        "person": AuditFilter(user_id="user77"),
        "app": AuditFilter(client_id="client31"),
        "frequent kind": AuditFilter(events=("token.issued",)),
        "rare kind": AuditFilter(events=("role.granted",)),
        "done": AuditFilter(outcome="success"),
        "failed": AuditFilter(outcome="failure"),
        "too many tries": AuditFilter(outcome="throttled"),
        "a day": AuditFilter(since=middle, until=middle + 86_399),
        "until then": AuditFilter(until=middle),
        "request": AuditFilter(request_id="request4711"),
        "administrator": AuditFilter(actor_id="user7"),
        "person and kind": AuditFilter(user_id="user77", events=("sign_in",)),
        "app and failed": AuditFilter(client_id="client31", outcome="failure"),
        "nothing found": AuditFilter(user_id="nobody"),
    }
    for name, wanted in filters.items():
        half = replace(wanted, until=min(wanted.until or middle, middle))
        with harness.services.database.read() as tx:
            page = tx.audit_search.page(half, Position(), limit=1)
        position = Position(after=(page.records[0].id,)) if page.records else Position()
        yield Search(name, *(_median(harness, wanted, each) for each in (Position(), position, Position(last=True))))


def _median(harness: Harness, wanted: AuditFilter, position: Position) -> float:
    def search() -> None:
        with harness.services.database.read() as tx:
            tx.audit_search.page(wanted, position, limit=PAGE)

    return statistics.median(_seconds(search) for _ in range(TRIES)) * 1000


def insert_cost(harness: Harness, *, indexes: bool) -> float:
    """Microseconds of one insert, with the indexes of the search or without them."""
    engine = harness.services.database.engine
    if not indexes:
        with engine.begin() as connection:
            for index in audit_events.indexes:
                if index.name not in BEFORE:
                    index.drop(connection)

    def insert() -> None:
        for number in range(INSERTS):
            with harness.services.database.write() as tx:
                new = AuditEvent("sign_in", "success", {"method": "totp"}, user_id=f"user{number * 7919 % 1000}")
                tx.audit.append(replace(new, request_id=f"{number * 7919:x}", client_id="client1", user_agent="x" * 90))

    return min(_seconds(insert) for _ in range(3)) / INSERTS * 1e6


def chain_all(harness: Harness) -> tuple[Cost, Cost]:
    """Measure the job, which catches up, and the verification after it."""
    chain = AuditChain.open(harness.services.database, harness.settings, now=harness.clock.now())
    chained = _cost(chain.extend)
    verification = Verification(chain)
    verified = _cost(lambda: list(verification.findings()))
    return chained.for_a_million(verification.checked), verified.for_a_million(verification.checked)


def _cost(act: Callable[[], Any]) -> Cost:
    began, used = time.perf_counter(), processor.own_seconds()
    act()
    return Cost(time.perf_counter() - began, processor.own_seconds() - used)


def sign_ins(harness: Harness, blocks: int) -> SignIns:
    """Sign in with the job on and off in turn, so that other load meets both alike."""
    rp = RelyingParty(harness)
    someone = harness.person("bench", totp=True)
    times: dict[bool, list[float]] = {True: [], False: []}
    chain = AuditChain.open(harness.services.database, harness.settings, now=harness.clock.now())
    for block in range(2 * blocks):
        chained = block % 2 == 0
        with _running_job(chain) if chained else contextlib.nullcontext():
            for _ in range(BLOCK):
                harness.clock.advance(31)
                times[chained].append(_seconds(lambda: _sign_in(harness, rp, someone)) * 1000)
    return SignIns(statistics.median(times[True]), statistics.median(times[False]))


def _sign_in(harness: Harness, rp: RelyingParty, someone: Someone) -> None:
    browser = Browser(harness)
    rp.send(browser)
    rp.tokens_from(rp.go_through(browser, someone))


@contextlib.contextmanager
def _running_job(chain: AuditChain) -> Iterator[None]:
    """Run the job as often as a server does, in a thread of this process: it takes its part of the processor, too."""
    stopping = threading.Event()

    def run() -> None:
        while not stopping.wait(CHAIN_EVERY):
            chain.extend()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stopping.set()
    thread.join()


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def measure(url: str, directory: Path, rows: int, *, people: int = 100_000) -> Iterator[str]:
    """Yield lines to print, as they are measured."""
    harness = Harness(url, directory)
    try:
        engine, chained = harness.services.database.engine, min(rows, CHAINED)
        fill(engine, chained, people=people)
        for what, cost in zip(("chain", "verify"), chain_all(harness), strict=True):
            yield f"{what}: {cost.passed:.0f} s per million rows, {cost.used:.0f} s of a processor in this process"
        compared = sign_ins(harness, BLOCKS)
        on, off = compared.with_chain, compared.without
        yield f"sign-in: {on:.0f} ms with the job, {off:.0f} ms without it, ratio {compared.ratio:.2f}"
        fill(engine, rows, people=people, start=chained + 1)
        yield f"{'search':<16}  first ms  middle ms  last ms   over {rows:,} rows"
        for search in searches(harness, rows):
            yield f"{search.name:<16}  {search.first:8.1f}  {search.middle:9.1f}  {search.last:7.1f}"
        indexed, plain = insert_cost(harness, indexes=True), insert_cost(harness, indexes=False)
        yield f"insert: {indexed:.0f} us with the indexes of the search, {plain:.0f} us without them"
    finally:
        harness.close()
