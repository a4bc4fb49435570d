"""Prints stops and kills: `./dev bench stops` and `./dev bench kills`."""

import statistics
from pathlib import Path

from tests.bench import kills, stops
from tests.support.databases import Databases
from tests.support.harness import migrate


def print_stops(folder: Path, count: int, kinds: tuple[str, ...]) -> bool:
    """Stop each so many times, and print how long it took; whether every one was in time."""
    passed = True
    for kind in kinds:
        done = []
        for stop in stops.measure(kind, folder / kind, count):
            done.append(stop)
            if stop.took > stops.BAR:
                print(f"  {kind}: {stop.sign} {stop.after:.2f} s after the start took {stop.took:.1f} s", flush=True)
        for serving in (False, True):
            times = sorted(stop.took for stop in done if stop.serving is serving)
            late = sum(took > stops.BAR for took in times)
            passed = passed and not late
            print(
                f"  idp {kind:6} {len(times)} stops while it {'serves' if serving else 'starts'}: "
                f"median {statistics.median(times):.2f} s, slowest {times[-1]:.2f} s; over {stops.BAR:.0f} s: {late}",
                flush=True,
            )
    return passed


def print_kills(kinds: dict[str, Databases], folder: Path, count: int) -> bool:
    """Kill workers so many times over each kind of database, and print what clients noticed."""
    passed = True
    for name, databases in kinds.items():
        with databases.fresh(migrate) as url:
            found = kills.measure(folder / f"{name}-kills", url, count)
        passed = passed and found.passed
        answers = ", ".join(f"{status}: {number}" for status, number in sorted(found.seen.answers.items()))
        print(f"\n{name}, `idp serve` with {kills.WORKERS} workers, {kills.CLIENTS} clients")
        print(f"  {found.kills} workers killed in {found.seconds:.0f} s; all back after {found.back:.1f} s")
        print(f"  answers {answers}; the longest time without any answer {found.gap:.2f} s")
        print(
            f"  lost requests: {found.own} on connections of the killed worker, {found.queued} not accepted yet, "
            f"{found.foreign} of other workers; connections refused: {found.seen.refused}"
        )
        print(
            f"  codes redeemed: {found.seen.tokens} answered, {found.seen.unknown} unknown; "
            f"in the audit trail {found.issued}; twice {found.seen.doubled}"
        )
        print(f"  refreshes: {found.seen.refreshed} answered; sign-ins that a lost answer ended: {found.seen.ended}")
        print(f"  {'passed' if found.passed else 'FAILED'}")
    return passed
