"""Prints the speed sheet: `./dev bench [--requests N]`; a minute, explained by docs/reference/speed.md.

`./dev bench listings [--people N]` prints time and memory of listings at that size.

`./dev bench tables [--requests N]` prints how each table grows with sign-ins, and how a purge ends that.

`./dev bench growth [--requests N]` prints what requests of strangers add to the database, and what a purge leaves.

`./dev bench flood` lets strangers guess passwords at 200 a second, and prints what everybody else notices.

`./dev bench alike [--requests N]` compares names that exist with names that do not, at every place that takes one.
`./dev bench stops [--count N] [--only serve|demo]` stops both 300 times under load, and `./dev bench kills [--count N]`
kills 50 workers; both end with exit code 1 when something is not as it should be.
`./dev bench hostile [--requests N] [--count ROUNDS] [--processes N] [--only PART]` sends hostile requests, fills the
table of routes and visitors, and races for every single-use thing; it ends with exit code 1 when something is wrong.
"""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench import (
    alike,
    endurance,
    flood,
    floor,
    growth,
    hostile,
    listings,
    load,
    server,
    sheet,
    sign_in,
    stops,
    tables,
)
from tests.bench.app import BenchApp
from tests.support.browser import Browser
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.harness import Harness, migrate
from tests.support.postgres import running_server
from tests.support.relying_party import RelyingParty

MANY_ROWS = 50_000
"""Audit events of one purge."""


WHAT = ("speed", "alike", "growth", "listings", "tables", "stops", "kills", "flood", "hostile")


def main() -> None:
    """Measure and print as we go."""
    given = _arguments()
    began = time.perf_counter()
    sheet.title()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="idp-bench-")))
        if given.what == "stops":
            passed = endurance.print_stops(folder, given.count or 300, (given.only,) if given.only else stops.KINDS)
            sys.exit(0 if passed else 1)
        kinds: dict[str, Databases] = {
            "SQLite": SqliteDatabases(folder),
            "PostgreSQL": PostgresDatabases(stack.enter_context(running_server())),
        }
        if given.what == "alike":
            _alike(kinds, folder, given.requests or 1000)
        elif given.what in JUDGED:
            sys.exit(0 if JUDGED[given.what](kinds, folder, given) else 1)
        elif given.what == "growth":
            _growth(kinds, folder, given.requests or 500)
        elif given.what == "tables":
            _tables(kinds, folder, given.requests or 40)
        elif given.what == "listings":
            _listings(kinds, folder, given.people)
        else:
            _speed(kinds, folder, given.requests or 300)
    print(f"\nMeasured in {time.perf_counter() - began:.0f} s.")


def _flood(kinds: dict[str, Databases], folder: Path) -> bool:
    passed = True
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            result = flood.measure(folder / f"{name}-flood", url)
        flood.print_flood(name, result)
        passed &= result.passed
    return passed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measures and prints.")
    parser.add_argument("what", nargs="?", choices=WHAT, default="speed")
    parser.add_argument("--count", type=int, help="stops of each kind (300), kills (50), rounds of races (25)")
    parser.add_argument(
        "--only", choices=(*stops.KINDS, *hostile.PARTS), help="stop only this, or only this part of hostile"
    )
    parser.add_argument("--processes", type=int, default=2, help="that send hostile requests")
    parser.add_argument("--database", choices=("SQLite", "PostgreSQL"), help="hostile requests over this kind alone")
    parser.add_argument(
        "--requests",
        type=int,
        help="of each kind (speed: 300, alike: 1000 for each name, tables: 40 sign-ins, growth: 500)",
    )
    parser.add_argument("--people", type=int, default=100_000, help="for listings")
    return parser.parse_args()


def _alike(kinds: dict[str, Databases], folder: Path, tries: int) -> None:
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            sheet.twins(name, alike.measure(url, folder / f"{name}-alike", tries), tries)


def _hostile(kinds: dict[str, Databases], folder: Path, given: argparse.Namespace) -> bool:
    size = hostile.Size(given.requests or 100_000, given.count or 25, given.processes)
    parts = (given.only,) if given.only else hostile.PARTS
    chosen = {name: each for name, each in kinds.items() if given.database in {None, name}}
    return hostile.print_campaign(chosen, folder, size, parts)


def _listings(kinds: dict[str, Databases], folder: Path, people: int) -> None:
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            sheet.listings(name, listings.listings(url, folder / f"{name}-listings", people), people)


def _growth(kinds: dict[str, Databases], folder: Path, requests: int) -> None:
    for name, databases in kinds.items():
        sheet.strangers(name, growth.measure(databases, folder / f"{name}-strangers", requests), requests)


def _tables(kinds: dict[str, Databases], folder: Path, sign_ins: int) -> None:
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            sheet.growth(name, tables.growth(url, folder / f"{name}-growth", sign_ins), sign_ins)
        with databases.fresh(migrate) as url:
            sheet.purging(tables.purging(url, folder / f"{name}-purging", MANY_ROWS))


def _speed(kinds: dict[str, Databases], folder: Path, count: int) -> None:
    signatures, hashing = floor.signing(), floor.hash_milliseconds()
    sheet.floor(signatures, hashing)
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            sheet.in_process(name, _in_process(url, folder / f"{name}-inside", count), signatures)
        with databases.fresh(migrate) as url:
            sheet.sign_ins(sign_in.measure(url, folder / f"{name}-sign-in"), hashing)
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            sheet.served(name, server.measure(folder / f"{name}-served", url, count))


def _in_process(database_url: str, directory: Path, count: int) -> list[load.Measured]:
    """The hot paths for somebody who signed in with password and code."""
    harness = Harness(database_url, directory)
    try:
        rp, browser = RelyingParty(harness), Browser(harness)
        rp.sign_in(browser, harness.person("jane", totp=True), acr_values="mfa")
        cookie = "; ".join(f"__Host-countersign-{name}={browser.cookie(name)}" for name in ("session", "browser"))
        app = BenchApp(rp.app.client_id, rp.app.secret, rp.app.redirect_uri, cookie)
        return list(load.hot_paths(app, load.in_process(harness), count))
    finally:
        harness.close()


def _kills(kinds: dict[str, Databases], folder: Path, given: argparse.Namespace) -> bool:
    return endurance.print_kills(kinds, folder, given.count or 50)


JUDGED = {"flood": lambda kinds, folder, _: _flood(kinds, folder), "hostile": _hostile, "kills": _kills}
"""Measurements that pass or fail."""


if __name__ == "__main__":
    main()
