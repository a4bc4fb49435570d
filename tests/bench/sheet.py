"""How the speed sheet looks."""

import os
import platform
import sys
from collections.abc import Iterable

from tests.bench.load import Measured
from tests.bench.server import Served
from tests.bench.sign_in import SignIns

COLD_START = 2.0
CODE_PAGE = 50.0
BUDGETS = {"code redemption": (4, 1), "client_credentials": (2, 1), "userinfo": (1, 0)}
"""Statements and commits of one request."""
SIGNATURES = {"code redemption": 2, "refresh": 2, "client_credentials": 1}
"""Tokens signed in one request."""


def title() -> None:
    print(f"Countersign on {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")


def floor(signatures: dict[str, float], hash_milliseconds: float) -> None:
    print("The floor: one core, the cryptography package alone")
    for algorithm, rate in signatures.items():
        print(f"  {algorithm} signatures        {rate:8.0f} /s")
    print(f"  password hash           {hash_milliseconds:8.1f} ms")


def in_process(database: str, paths: Iterable[Measured], rs256: float) -> None:
    """One core, the client's work left out."""
    print(f"\n{database}, in one process, one request at a time")
    print(f"  {'':26} {'per second':>10} {'ms':>6} {'p99':>6} {'statements':>10} {'commits':>7}  of the signing floor")
    for path in paths:
        share = SIGNATURES.get(path.name, 0) * path.per_second / rs256
        shown = f"{share:.0%}" if share else "signs nothing"
        print(
            f"  {path.name:26} {path.per_second:10.0f} {1000 / path.per_second:6.2f} {path.p99:6.1f} "
            f"{path.statements:10.1f} {path.commits:7.1f}  {shown}{_budget(path)}"
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
    print(f"  cold start {starts} s; bar {COLD_START:.0f}: {_verdict(max(found.starts) < COLD_START)}")
    memory = " + ".join(f"{each:.0f}" for each in found.memory)
    print(f"  memory {memory or 'unknown'} MiB, some of it shared")
    sys.stdout.flush()


def _budget(path: Measured) -> str:
    if path.name not in BUDGETS or path.statements is None or path.commits is None:
        return ""
    statements, commits = BUDGETS[path.name]
    kept = path.statements <= statements and path.commits <= commits
    return f"; bar {statements} statements, {commits} commits: {_verdict(kept)}"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "MISSED"
