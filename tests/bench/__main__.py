"""Prints the speed sheet: `./dev bench [--requests N] [--minutes N] [--store]`; explained by docs/reference/speed.md.

`./dev bench profile [--requests N]` prints the CPU time of each endpoint and each page of a sign-in by layer.

`./dev bench busy [--requests N]` prints how long apps wait for tokens while sign-ins keep every core busy.

`./dev bench listings [--people N]` prints time and memory of listings at that size.

`./dev bench tables [--requests N]` prints how each table grows with sign-ins, and how a purge ends that.

`./dev bench million [--requests N]` prints what that many sign-ins leave in the database, and what requests cost then.

`./dev bench growth [--requests N]` prints what requests of strangers add to the database, and what a purge leaves.

`./dev bench flood` lets strangers guess passwords at 200 a second, and prints what everybody else notices.

`./dev bench alike [--requests N]` compares names that exist with names that do not, at every place that takes one.
`./dev bench stops [--count N] [--only serve|demo]` stops both 300 times under load, and `./dev bench kills [--count N]`
kills 50 workers; both end with exit code 1 when something is not as it should be, as do busy and flood.
`./dev bench hostile [--requests N] [--count ROUNDS] [--processes N] [--only PART]` sends hostile requests, fills the
table of routes and visitors, and races for every single-use thing; it ends with exit code 1 when something is wrong.

`./dev bench audit [--rows N]` prints what the search of the audit trail takes at that size, what its chain and the
verification take, and what a sign-in costs with the chain and without it.

`./dev bench size [--people N] [--rows N]` prints what each list of the console, the preview of a policy and a sign-in
take in a large installation on PostgreSQL; it ends with exit code 1 when one takes too long.

`--database` leaves the other kind of database out.
"""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from idp.web import logs
from tests.bench import (
    alike,
    audit,
    busy,
    endurance,
    flood,
    growth,
    hostile,
    listings,
    million,
    profile,
    sheet,
    size,
    speed,
    stops,
    tables,
)
from tests.bench.baseline import Baseline
from tests.bench.installation import Size
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.harness import migrate
from tests.support.postgres import running_server

MANY_ROWS = 50_000
"""Audit events of one purge."""
SIGN_INS = 5
"""Of so many requests to profile, one is a sign-in."""

Kinds = dict[str, Databases]
Measurement = Callable[[Kinds, Path, argparse.Namespace], bool | None]
"""Measures and prints; False: something is not as it should be."""


def main() -> None:
    """Measure and print as we go."""
    given = _arguments()
    began = time.perf_counter()
    sheet.title()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="idp-bench-")))
        kinds = {} if given.what == "stops" else _kinds(stack, folder, given.database)
        passed = MEASUREMENTS[given.what](kinds, folder, given)
    print(f"\nMeasured in {time.perf_counter() - began:.0f} s; load after: {os.getloadavg()[0]:.1f}.")
    sys.exit(passed is False)


def _kinds(stack: ExitStack, folder: Path, chosen: str | None) -> Kinds:
    kinds: Kinds = {}
    if chosen != "PostgreSQL":
        kinds["SQLite"] = SqliteDatabases(folder)
    if chosen != "SQLite":
        kinds["PostgreSQL"] = PostgresDatabases(stack.enter_context(running_server()))
    return kinds


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures and prints.")
    parser.add_argument("what", nargs="?", choices=MEASUREMENTS, default="speed")
    parser.add_argument("--count", type=int, help="stops of each kind (300), kills (50), rounds of races (25)")
    parser.add_argument(
        "--only", choices=(*stops.KINDS, *hostile.PARTS), help="stop only this, or only this part of hostile"
    )
    parser.add_argument("--processes", type=int, default=2, help="that send hostile requests")
    parser.add_argument("--database", choices=("SQLite", "PostgreSQL"), help="over this kind alone")
    parser.add_argument(
        "--requests",
        type=int,
        help="of each kind (speed: 300, profile: 500, busy: 1000, alike: 1000 for each name, tables: 40 sign-ins, "
        "growth: 500, million: 1000000 sign-ins)",
    )
    parser.add_argument("--people", type=int, help="for listings (100000) and size (1000000)")
    parser.add_argument("--rows", type=int, default=5_000_000, help="of the audit trail, for audit and size")
    parser.add_argument("--minutes", type=float, default=1, help="of load while speed looks at the memory")
    parser.add_argument("--store", action="store_true", help="the ratios of speed as the new baseline")
    given = parser.parse_args()
    if given.what == "stops" and given.database == "PostgreSQL":
        parser.error("stops run over SQLite: both commands are stopped as they are tried out, with a file of their own")
    return given


@contextlib.contextmanager
def _logs_of_a_server() -> Iterator[None]:
    """Configure logs as a server does, so that their cost counts too; the lines go nowhere."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stderr(nowhere):
        logs.configure("INFO")
        yield


@_logs_of_a_server()
def _speed(kinds: Kinds, folder: Path, given: argparse.Namespace) -> None:
    baseline = Baseline.read()
    for name, databases in kinds.items():
        speed.print_speed(
            name, databases, folder, baseline, count=given.requests or 300, minutes=given.minutes
        )  # fmt: skip
    if given.store:
        baseline.write()


@_logs_of_a_server()
def _profile(kinds: Kinds, folder: Path, given: argparse.Namespace) -> None:
    requests = given.requests or 500
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            found = profile.measure(url, folder / f"{name}-profile", requests, -(-requests // SIGN_INS))
        profile.print_profile(name, found)


def _busy(kinds: Kinds, folder: Path, given: argparse.Namespace) -> bool:
    passed = True
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            found = busy.measure(folder / f"{name}-busy", url, given.requests or 1000)
        busy.print_busy(name, found)
        passed &= found.passed
    return passed


def _flood(kinds: Kinds, folder: Path, _given: argparse.Namespace) -> bool:
    passed = True
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            result = flood.measure(folder / f"{name}-flood", url)
        flood.print_flood(name, result)
        passed &= result.passed
    return passed


def _alike(kinds: Kinds, folder: Path, given: argparse.Namespace) -> None:
    tries = given.requests or 1000
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            sheet.twins(name, alike.measure(url, folder / f"{name}-alike", tries), tries)


def _hostile(kinds: Kinds, folder: Path, given: argparse.Namespace) -> bool:
    size = hostile.Size(given.requests or 100_000, given.count or 25, given.processes)
    parts = (given.only,) if given.only else hostile.PARTS
    return hostile.print_campaign(kinds, folder, size, parts)


def _listings(kinds: Kinds, folder: Path, given: argparse.Namespace) -> None:
    people = given.people or 100_000
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            found = listings.listings(url, folder / f"{name}-listings", people)
            sheet.listings(name, found, people)


def _growth(kinds: Kinds, folder: Path, given: argparse.Namespace) -> None:
    requests = given.requests or 500
    for name, databases in kinds.items():
        sheet.strangers(name, growth.measure(databases, folder / f"{name}-strangers", requests), requests)


def _million(kinds: Kinds, folder: Path, given: argparse.Namespace) -> bool:
    sign_ins, passed = given.requests or 1_000_000, True
    for name, databases in kinds.items():
        passed &= million.print_million(name, databases, folder / f"{name}-million", sign_ins)
    return passed


def _tables(kinds: Kinds, folder: Path, given: argparse.Namespace) -> None:
    sign_ins = given.requests or 40
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            sheet.growth(name, tables.growth(url, folder / f"{name}-growth", sign_ins), sign_ins)
        with databases.fresh(migrate) as url:
            sheet.purging(tables.purging(url, folder / f"{name}-purging", MANY_ROWS))


@_logs_of_a_server()
def _audit(kinds: Kinds, folder: Path, given: argparse.Namespace) -> None:
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            print(f"\n{name}")
            for line in audit.measure(url, folder / f"{name}-audit", given.rows):
                print(line, flush=True)


@_logs_of_a_server()
def _size(kinds: Kinds, folder: Path, given: argparse.Namespace) -> bool:
    return size.print_size(kinds["PostgreSQL"], folder, Size(given.people or Size.people, given.rows))


def _stops(_kinds: Kinds, folder: Path, given: argparse.Namespace) -> bool:
    return endurance.print_stops(folder, given.count or 300, (given.only,) if given.only else stops.KINDS)


def _kills(kinds: Kinds, folder: Path, given: argparse.Namespace) -> bool:
    return endurance.print_kills(kinds, folder, given.count or 50)


MEASUREMENTS: dict[str, Measurement] = {
    "speed": _speed,
    "profile": _profile,
    "busy": _busy,
    "alike": _alike,
    "audit": _audit,
    "growth": _growth,
    "listings": _listings,
    "million": _million,
    "size": _size,
    "tables": _tables,
    "stops": _stops,
    "kills": _kills,
    "flood": _flood,
    "hostile": _hostile,
}


if __name__ == "__main__":
    main()
