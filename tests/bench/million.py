"""What a million sign-ins leave in the database, and what requests cost then: `./dev bench million`.

Some people sign in for real. What that stores is copied for each of the simulated days, then the product extends the
chain of the audit trail and purges.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import text

from idp.admin import audit_chain, purging
from idp.kernel.clock import DAY
from idp.persistence.engine import BEGINS_LATE
from tests.bench.generator import Generator, Rows, count_rows
from tests.bench.growth import used_bytes
from tests.bench.paired import Costs, Installation, compare
from tests.support.databases import Databases
from tests.support.harness import migrate

DAYS = 1000
"""Simulated; a browser that is not used again is forgotten after 400."""
AUDIT_DAYS = 60
MARKS = (0.1, 0.25, 0.5, 0.75, 1.0)
HALF = MARKS.index(0.5)
PEOPLE = 200
VACUUM_EVERY = 20
"""Days after which PostgreSQL's dead rows are reused: its own job (autovacuum) knows no simulated days."""
MOST_ROWS, MOST_COST = 1.05, 1.15
"""The bars: rows at the end, of those at the half; cost, of a fresh installation's (the median of rounds)."""
MIB = 1024 * 1024


@dataclass(frozen=True)
class Mark:
    """One measurement: rows, bytes, seconds of a day's purge (median of ten), cost ratios, statements in both."""

    sign_ins: int
    rows: Rows
    size: int
    purge: float
    ratios: Costs
    statements: tuple[int, int]


def print_million(name: str, databases: Databases, directory: Path, sign_ins: int) -> bool:
    """Print what is there at each mark; return whether rows and costs stay the same."""
    purging.PAUSE = audit_chain.PAUSE = 0  # between their batches: nobody else waits here
    times = max(1, round(sign_ins / DAYS / PEOPLE))
    print(
        f"\n{name}: {PEOPLE} people, each {times} times a day for {DAYS} days; audit events are kept for {AUDIT_DAYS}"
    )
    found = []
    for mark in _marks(databases, directory, times):
        found.append(mark)
        ratios = ", ".join(f"{kind} {ratio:.2f}" for kind, ratio in mark.ratios.items())
        in_large, in_fresh = mark.statements
        print(f"  after {mark.sign_ins:,}: {mark.size / MIB:.0f} MiB, a day's purge {mark.purge:.2f} s; of a fresh "
              f"one's cost: {ratios}; statements {in_large}, {in_fresh}", flush=True)  # fmt: skip
    _print_rows(found)
    return _print_verdict(found)


def _marks(databases: Databases, directory: Path, times: int) -> Iterator[Mark]:
    """Copy real sign-ins day by day; yield what is there at the marks."""
    with databases.fresh(migrate) as large_url, databases.fresh(migrate) as fresh_url:
        large = Installation(large_url, directory / "large", PEOPLE, audit_days=AUDIT_DAYS)
        fresh = Installation(fresh_url, directory / "fresh", PEOPLE, audit_days=AUDIT_DAYS)
        generator = Generator(large.engine, large.before)
        measured_days, purges, began = {round(DAYS * mark) for mark in MARKS}, list[float](), large.harness.clock.now()
        for day in range(1, DAYS + 1):
            large.harness.clock.advance(began + day * DAY - large.harness.clock.now())
            generator.copy(times, day * DAY)
            purges.append(_end_day(large))
            if day % VACUUM_EVERY == 0:
                _vacuum(large)
            if day in measured_days:
                yield _measure(large, fresh, day * times * PEOPLE, median(purges[-10:]))
        large.harness.close()
        fresh.harness.close()


def _measure(large: Installation, fresh: Installation, sign_ins: int, purge: float) -> Mark:
    with large.engine.connect() as connection:
        rows = count_rows(connection)
    size = used_bytes(large.engine)
    fresh.harness.clock.advance(large.harness.clock.now() - fresh.harness.clock.now())
    _end_day(fresh)
    _vacuum(fresh)
    ratios, in_large, in_fresh = compare(large, fresh)
    return Mark(sign_ins, rows, size, purge, ratios, (in_large, in_fresh))


def _end_day(installation: Installation) -> float:
    """Extend the chain and purge; return the seconds of the purge."""
    harness = installation.harness
    audit_chain.AuditChain.open(harness.services.database, harness.settings, now=harness.clock.now()).extend()
    return _seconds(lambda: purging.purge(harness.services.database, harness.settings))


def _vacuum(installation: Installation) -> None:
    if installation.engine.dialect.name == "postgresql":
        with installation.engine.connect().execution_options(**{BEGINS_LATE: True}) as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _print_rows(found: list[Mark]) -> None:
    end = found[-1].rows
    for table in sorted(end, key=lambda each: -end[each]):
        if end[table] > PEOPLE:
            print(f"  {table:20}" + "".join(f"{mark.rows[table]:10,}" for mark in found))


def _print_verdict(found: list[Mark]) -> bool:
    half, end = found[HALF].rows, found[-1].rows
    grown = [table for table in end if end[table] > max(half[table] * MOST_ROWS, half[table] + PEOPLE)]
    costliest = max(found[-1].ratios.values())
    reached = not grown and costliest <= MOST_COST
    print(f"  grown since the half by more than {MOST_ROWS - 1:.0%}: {', '.join(grown) or 'none'}; costliest request "
          f"{costliest:.2f}; bar {MOST_COST}: {'reached' if reached else 'MISSED'}", flush=True)  # fmt: skip
    return reached


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
