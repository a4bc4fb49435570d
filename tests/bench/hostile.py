"""Prints the hostile campaign: `./dev bench hostile`; docs/reference/hostile.md says what it covers."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.hostile import campaign, races, route_table, served
from tests.hostile.campaign import SEED, Counts
from tests.hostile.real_requests import REGISTRATION
from tests.support.contests import ServedInstance, served_instance
from tests.support.databases import Databases
from tests.support.harness import Harness, migrate

SHOWN = 20
OVER_SOCKETS = 10
"""One request in so many goes over a socket to the served product."""
PARTS = ("requests", "routes", "sockets", "races")


@dataclass(frozen=True)
class Size:
    """How much of each: hostile requests for each database, rounds of races, processes that send requests."""

    requests: int = 100_000
    rounds: int = 25
    processes: int = 2


def print_campaign(kinds: dict[str, Databases], folder: Path, size: Size, parts: tuple[str, ...] = PARTS) -> bool:
    """Run the campaign over each kind of database and print what was counted; whether nothing was wrong."""
    wrong: list[str] = []
    for name, databases in kinds.items():
        print(f"\n{name}, seed {SEED}", flush=True)
        directory = folder / f"{name}-hostile"
        if "requests" in parts:
            wrong += _print_counts("hostile requests to the application", _requests(databases, directory, size))
        if "routes" in parts:
            wrong += _routes(databases, directory)
        if {"sockets", "races"} & set(parts):
            directory.mkdir(parents=True, exist_ok=True)
            with served_instance(databases, directory) as instance:
                if "sockets" in parts:
                    counts = served.over_sockets(instance, size.requests // OVER_SOCKETS)
                    wrong += _print_counts("hostile requests to the served product", counts)
                if "races" in parts:
                    wrong += _races(instance, size.rounds)
        print(f"  {'FAILED' if wrong else 'passed'}", flush=True)
    return not wrong


def _requests(databases: Databases, directory: Path, size: Size) -> Counts:
    """Share the requests among processes, each with a database, a seed and people of its own."""
    total, each = Counts(), -(-size.requests // size.processes)
    with contextlib.ExitStack() as stack, ProcessPoolExecutor(size.processes) as pool:
        urls = [stack.enter_context(databases.fresh(migrate)) for _ in range(size.processes)]
        running = [
            pool.submit(one_process, url, directory / str(number), each, SEED + number)
            for number, url in enumerate(urls)
        ]
        for done in running:
            total.merge(done.result())
    return total


def one_process(database_url: str, directory: Path, count: int, seed: int) -> Counts:
    """Send so many requests to an application of this process."""
    with _harness(database_url, directory, **REGISTRATION) as harness:
        return campaign.run(harness, count, seed)


def _routes(databases: Databases, directory: Path) -> list[str]:
    with databases.fresh(migrate) as url, _harness(url, directory / "routes") as harness:
        began = time.perf_counter()
        table = route_table.fill(harness)
    print(f"  {table.total} routes x methods x visitors in {time.perf_counter() - began:.0f} s")
    return _print_rows(table.answers, table.wrong)


def _races(instance: ServedInstance, rounds: int) -> list[str]:
    began = time.perf_counter()
    found = races.run(instance, rounds)
    print(f"  {found.total} races of 32 in {time.perf_counter() - began:.0f} s; how many winners, how often")
    winners = {
        name: Counter({str(number): times for number, times in each.items()}) for name, each in found.winners.items()
    }
    return _print_rows(winners, found.wrong)


def _print_counts(title: str, counts: Counts) -> list[str]:
    failed = sum(times for row in counts.answers.values() for status, times in row.items() if status[:1] == "5")
    print(
        f"  {counts.total} {title} in {counts.seconds:.0f} s; slowest {counts.slowest:.2f} s; "
        f"answers of 5xx: {failed}; faults: {len(counts.faults)}; doubled: {len(counts.doubled)}"
    )
    return _print_rows(counts.answers, counts.faults + counts.doubled)


def _print_rows(rows: dict[str, Counter[str]], wrong: list[str]) -> list[str]:
    for name, row in rows.items():
        print(f"    {name:28} " + "  ".join(f"{what}: {times}" for what, times in sorted(row.items())))
    for line in wrong[:SHOWN]:
        print(f"    WRONG {line}")
    print(end="", flush=True)
    return wrong


@contextlib.contextmanager
def _harness(database_url: str, directory: Path, **settings: str) -> Iterator[Harness]:
    directory.mkdir(parents=True, exist_ok=True)
    harness = Harness(database_url, directory, **settings)
    try:
        yield harness
    finally:
        harness.close()
