"""How the speed sheet looks."""

import os
import platform
import sys
from collections.abc import Iterable

from tests.bench.alike import Twins
from tests.bench.baseline import Baseline
from tests.bench.floor import Floor
from tests.bench.growth import Growth
from tests.bench.listings import FEW, Listing
from tests.bench.load import Measured
from tests.bench.server import WORKERS, Served
from tests.bench.sign_in import SignIns
from tests.bench.tables import Purged, Table

COLD_START = 2.0
APART_MS, APART_SHARE, GUESSED = 2.0, 0.02, 0.55
CODE_PAGE = 50.0
LONGEST_BATCH = 0.25
MAY_GROW = 8
BUDGETS = {"code redemption": (4, 1), "client_credentials": (2, 0), "userinfo": (1, 0)}
"""Statements and commits of one request."""
HEADS = f"  {'':26} {'per second':>10} {'ms':>6} {'p99':>6} {'cpu ms':>7} {'floor':>6} {'ratio':>6}{'drift':>7}"


def title() -> None:
    """Where this was measured. A load near the number of cores: others ran as well, and the figures are too low."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"Countersign on {machine}; load before: {os.getloadavg()[0]:.1f}\n")


def floor(database: str, least: Floor) -> None:
    """What the parts cost alone."""
    print(f"\n{database}: the floor, CPU ms of the parts alone")
    signing = ", ".join(f"{algorithm} {cost:.3f}" for algorithm, cost in least.signatures.items())
    print(f"  bare Flask answer {least.answer:.3f}; signatures: {signing}; password hash {least.hash:.1f}")
    print(f"  SELECT by key {least.select:.3f}, INSERT and commit {least.insert:.3f}, PostgreSQL's processes included")


def in_process(database: str, paths: Iterable[Measured], least: Floor, baseline: Baseline) -> None:
    """One core, the client's work left out."""
    print(f"\n{database}, in one process, one request at a time")
    print(f"{HEADS} statements commits")
    for path in paths:
        bottom = least.of(path.name, path.statements, path.commits)
        print(f"{_row(database, 'in process', path, bottom, baseline)} {path.statements:10.1f} {path.commits:7.1f}"
              f"{_budget(path)}")  # fmt: skip
        sys.stdout.flush()


def sign_ins(database: str, found: SignIns, least: Floor, baseline: Baseline) -> None:
    """The whole of it on a new browser, with the hash at its real cost."""
    spent = found.processor + found.database
    bottom = least.of("sign-in", found.statements, found.commits, answers=found.requests, hashes=1)
    ratio = baseline.compare(database, "in process", "sign-in", spent / bottom)
    counts = f"{found.statements:10.1f} {found.commits:7.1f}"
    print(f"  {'password, code and tokens':26} {'':10} {'':6} {'':6} {spent:7.2f} {bottom:6.2f} {ratio} {counts}")
    print(f"  the password's answer takes {found.password:.1f} ms, of which the hash {least.hash:.1f}")
    bar = f"bar {CODE_PAGE:.0f}: {_verdict(found.code < CODE_PAGE)}"
    print(f"  the code's answer takes {found.code:.1f} ms (slowest {found.slowest_code:.1f}); {bar}")


def served(database: str, found: Served, counted: Iterable[Measured], least: Floor, baseline: Baseline) -> None:
    """The running server; the client shares its cores. The floor has the bare answer as it is served."""
    counts = {path.name: (path.statements, path.commits) for path in counted}
    for callers, paths in found.paths.items():
        way = f"callers: {callers}"
        bare = least.with_answer(found.answers[callers])
        print(f"\n{database}, `idp serve` with {WORKERS} workers, {way}, on the same cores")
        print(f"{HEADS}   (bare Flask answer, served: {bare.answer:.3f})")
        for path in paths:
            print(_row(database, way, path, bare.of(path.name, *counts[path.name]), baseline))
            sys.stdout.flush()


def processes(found: Served, minutes: float) -> None:
    """Starts and memory of the running server."""
    starts = ", ".join(f"{each:.2f}" for each in found.starts)
    verdict = _verdict(min(found.starts) < COLD_START)
    print(f"  cold start {starts} s; bar {COLD_START:.0f}, best of {len(found.starts)}: {verdict}")
    memory = " + ".join(f"{each:.0f}" for each in found.memory)
    print(f"  memory {memory or 'unknown'} MiB, some of it shared")
    over_time = ", ".join(f"{each:.0f}" for each in found.over_time)
    print(f"  memory in all, over {minutes:g} minutes of load: {over_time} MiB")
    sys.stdout.flush()


def _row(database: str, way: str, path: Measured, bottom: float, baseline: Baseline) -> str:
    spent = path.processor + path.database
    ratio = baseline.compare(database, way, path.name, spent / bottom)
    speed = f"{path.per_second:10.0f} {1000 / path.per_second:6.2f} {path.p99:6.1f}"
    return f"  {path.name:26} {speed} {spent:7.3f} {bottom:6.3f} {ratio}"


def twins(database: str, found: Iterable[Twins], tries: int) -> None:
    """Known and unknown names: their medians, and how often the time of a single answer gives the name away."""
    print(f"\n{database}, in one process, {tries} tries for each name in turn")
    print(f"  {'':26} {'somebody':>8} {'nobody':>8} {'apart':>18}  guessed")
    for each in found:
        alike, share = _verdict(each.apart < max(APART_MS, APART_SHARE * each.nobody)), each.apart / each.nobody
        bars = (
            f"bar {APART_MS:.0f} ms or {APART_SHARE:.0%}: {alike}, {GUESSED:.0%}: {_verdict(each.guessed <= GUESSED)}"
        )
        print(
            f"  {each.place:26} {each.somebody:8.2f} {each.nobody:8.2f} {each.apart:8.3f} ms"
            f" {share:6.1%}  {each.guessed:6.1%}  {bars}"
        )
        sys.stdout.flush()


def listings(database: str, found: Iterable[Listing], people: int) -> None:
    """Seconds and memory of a command, with few people and with many."""
    print(f"\n{database}, `idp` as a process of its own, with {FEW} people and with {people}")
    print(f"  {'':46} {'s':>6} {'s':>7} {'MiB':>6} {'MiB':>6}")
    for each in found:
        grown = _verdict(each.many.memory - each.few.memory < MAY_GROW)
        print(
            f"  {each.name:46} {each.few.seconds:6.2f} {each.many.seconds:7.2f} {each.few.memory:6.0f}"
            f" {each.many.memory:6.0f}  bar {MAY_GROW} MiB more: {grown}"
        )
        sys.stdout.flush()


def growth(database: str, found: Iterable[Table], sign_ins: int) -> None:
    """What one sign-in adds to each table, and what purging leaves of all of them."""
    each_did = "a wrong password, a sign-in with a code on a new browser, tokens, one refresh"
    print(f"\n{database}, {sign_ins} people: {each_did}")
    print(f"  {'':20} {'rows of one':>11} {'bytes of one':>12}   left after 1 day, 31 days, 731 days")
    for each in found:
        if each.rows or any(each.left):
            left = " ".join(f"{rows:8}" for rows in each.left)
            print(f"  {each.name:20} {each.rows:11.1f} {each.size:12.0f} {left}")
    sys.stdout.flush()


def strangers(database: str, found: Iterable[Growth], requests: int) -> None:
    """What one request of a stranger adds, and what is left of all."""
    print(f"\n{database}: bytes of the database for each request of a stranger, {requests} and {requests} more")
    print(f"  {'':28} {'first':>8} {'later':>8} {'rows':>6}   after a day and a purge: rows, bytes")
    for each in found:
        print(
            f"  {each.kind:28} {each.first:8.0f} {each.later:8.0f} {each.rows:6}   {each.left:4} {each.left_bytes:10}"
        )
        sys.stdout.flush()


def purging(found: Purged) -> None:
    """A purge of many rows, in batches."""
    print(
        f"  purge of {found.rows} audit events: {found.seconds:.1f} s, its longest transaction"
        f" {found.longest * 1000:.0f} ms; bar {LONGEST_BATCH * 1000:.0f}: {_verdict(found.longest < LONGEST_BATCH)}"
    )
    sys.stdout.flush()


def _budget(path: Measured) -> str:
    if path.name not in BUDGETS:
        return ""
    statements, commits = BUDGETS[path.name]
    kept = path.statements <= statements and path.commits <= commits
    return f"  bar {statements} statements, {commits} commits: {_verdict(kept)}"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "MISSED"
