"""The speed sheet: every frequent request beside the floor of the same run, in process and served."""

from pathlib import Path

from tests.bench import floor, load, server, sheet, sign_in
from tests.bench.app import signed_in_app
from tests.bench.baseline import Baseline
from tests.support.databases import Databases
from tests.support.harness import Harness, migrate

MANY = 100
"""Requests of each kind; with fewer the floor is measured for a shorter time as well."""


def print_speed(
    name: str, databases: Databases, folder: Path, baseline: Baseline, *, count: int, minutes: float
) -> None:
    """Measure over one kind of database, and print as we go."""
    with databases.fresh() as url:
        least = floor.measure(url, min(floor.SECONDS, count / MANY))
    sheet.floor(name, least)
    with databases.fresh(migrate) as url:
        paths = _in_process(url, folder / f"{name}-inside", count)
    sheet.in_process(name, paths, least, baseline)
    with databases.fresh(migrate) as url:
        found = sign_in.measure(url, folder / f"{name}-sign-in", max(2, count // 30))
    sheet.sign_ins(name, found, least, baseline)
    with databases.fresh(migrate) as url:
        served = server.measure(folder / f"{name}-served", url, count, minutes)
    sheet.served(name, served, paths, least, baseline)
    sheet.processes(served, minutes)


def _in_process(database_url: str, directory: Path, count: int) -> list[load.Measured]:
    """The hot paths for somebody who signed in with password and code."""
    harness = Harness(database_url, directory)
    try:
        return list(load.hot_paths(signed_in_app(harness), load.in_process(harness), count))
    finally:
        harness.close()
