"""How the speed sheet looks."""

import os
import platform
import sys
from collections.abc import Iterable

from tests.bench.alike import Twins
from tests.bench.growth import Growth
from tests.bench.listings import FEW, Listing
from tests.bench.load import Measured
from tests.bench.server import Served
from tests.bench.sign_in import SignIns
from tests.bench.tables import Purged, Table

COLD_START = 2.0
APART_MS, APART_SHARE, GUESSED = 2.0, 0.02, 0.55
CODE_PAGE = 50.0
LONGEST_BATCH = 0.25
MAY_GROW = 8
BUDGETS = {"code redemption": (4, 1), "client_credentials": (2, 1), "userinfo": (1, 0)}
"""Statements and commits of one request."""
SIGNATURES = {"code redemption": ("ES256", "RS256"), "refresh": ("ES256", "RS256"), "client_credentials": ("ES256",)}
"""What one request signs: the access token, and the ID token of an app that did not ask for another algorithm."""
HEADS = f"  {'':26} {'per second':>10} {'ms':>6} {'p99':>6} {'cpu ms':>6} {'statements':>10} {'commits':>7}  signing"


def title() -> None:
    """Where this was measured. A load near the number of cores: others ran as well, and the figures are too low."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"Countersign on {machine}; load before: {os.getloadavg()[0]:.1f}\n")


def floor(signatures: dict[str, float], hash_milliseconds: float) -> None:
    print("The floor: one core, the cryptography package alone")
    for algorithm, rate in signatures.items():
        print(f"  {algorithm} signatures        {rate:8.0f} /s")
    print(f"  password hash           {hash_milliseconds:8.1f} ms")


def in_process(database: str, paths: Iterable[Measured], floor: dict[str, float]) -> None:
    """One core, the client's work left out. "Signing" is the part of the time that the floor says is needed for it."""
    print(f"\n{database}, in one process, one request at a time")
    print(HEADS)
    for path in paths:
        share = sum(path.per_second / floor[algorithm] for algorithm in SIGNATURES.get(path.name, ()))
        print(
            f"  {path.name:26} {path.per_second:10.0f} {1000 / path.per_second:6.2f} {path.p99:6.1f} "
            f"{path.processor:6.2f} {path.statements:10.1f} {path.commits:7.1f}  {share:7.1%}{_budget(path)}"
        )
        sys.stdout.flush()


def sign_ins(found: SignIns, hash_milliseconds: float) -> None:
    """The whole of it, with the hash at its real cost."""
    print(f"  {'password, code and tokens':26} {found.per_second:10.1f} {1000 / found.per_second:6.1f}")
    print(f"  the password's answer takes {found.password:.1f} ms, of which the hash {hash_milliseconds:.1f}")
    bar = f"bar {CODE_PAGE:.0f}: {_verdict(found.code < CODE_PAGE)}"
    print(f"  the code's answer takes {found.code:.1f} ms (slowest {found.slowest_code:.1f}); {bar}")


def served(database: str, found: Served) -> None:
    """The running server; the client shares its cores."""
    workers = os.cpu_count() or 1
    print(f"\n{database}, `idp serve` with {workers} workers, four connections, its client on the same cores")
    for path in found.paths:
        print(f"  {path.name:26} {path.per_second:10.0f} /s   p99 {path.p99:6.1f} ms")
    starts = ", ".join(f"{each:.2f}" for each in found.starts)
    verdict = _verdict(min(found.starts) < COLD_START)
    print(f"  cold start {starts} s; bar {COLD_START:.0f}, best of {len(found.starts)}: {verdict}")
    memory = " + ".join(f"{each:.0f}" for each in found.memory)
    print(f"  memory {memory or 'unknown'} MiB, some of it shared")
    sys.stdout.flush()


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
    if path.name not in BUDGETS or path.statements is None or path.commits is None:
        return ""
    statements, commits = BUDGETS[path.name]
    kept = path.statements <= statements and path.commits <= commits
    return f"  bar {statements} statements, {commits} commits: {_verdict(kept)}"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "MISSED"
