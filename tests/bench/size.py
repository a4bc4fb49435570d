"""What a large installation costs: each list of the console, the preview of a policy, and a sign-in."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from idp.admin.policy import changes, preview
from idp.admin.policy.preview import Count
from idp.login.policy.assurance import Level
from idp.login.policy.rules import Rule, RuleKind, Terms
from idp.login.state.policy_rules import present_rules
from tests.bench import lists, processor
from tests.bench.installation import Size, fill
from tests.bench.sign_in import SignInDriver
from tests.support.databases import Databases
from tests.support.harness import Harness, migrate

MOST_SECONDS = 5
"""Of a preview."""
MOST_RATIO = 1.1
FEW = Size(people=1_000, events=5_000)
BLOCK, BLOCKS = 5, 20
"""Sign-ins in a row in each installation, and how often that is repeated."""
RULES = {
    "everybody must have a second step": Rule(RuleKind.ORGANISATION, Terms(second_step=True)),
    "half of them must, at once": Rule(RuleKind.GROUP, Terms(second_step=True, grace_days=0), "group1"),
    "an app wants a passkey": Rule(RuleKind.APP, Terms(min_level=Level.PHR), "client0"),
}


@dataclass(frozen=True)
class Cost:
    """Milliseconds of a sign-in by the clock, and of processors: of this process and of the database."""

    clock: float
    used: float


def print_size(databases: Databases, folder: Path, size: Size) -> bool:
    """Measure, and print as we go; return whether all is within its bar."""
    with databases.fresh(migrate) as few_url, databases.fresh(migrate) as many_url:
        fill(few_url, FEW)
        fill(many_url, size)
        few, many = Harness(few_url, folder / "few"), Harness(many_url, folder / "many")
        try:
            return print_figures(few, many, size)
        finally:
            few.close()
            many.close()


def print_figures(few: Harness, many: Harness, size: Size) -> bool:
    """Measure two installations, and print as we go; return whether all is within its bar."""
    print(f"\n{size.people:,} people, {size.sessions:,} sessions, {size.events:,} audit events")
    reached = [_print_lists(many, size), _print_previews(many), _print_sign_ins(few, many, size)]
    return all(reached)


def _print_lists(harness: Harness, size: Size) -> bool:
    print(f"{'milliseconds':<60}   first  middle    last  of processors")
    slowest = most = 0.0
    for timed in lists.measure(harness, size):
        slowest, most = max(slowest, *timed.pages), max(most, timed.used)
        pages = "".join(f"{each:8.0f}" for each in timed.pages)
        print(f"{timed.path:<60}{pages}{timed.used:8.0f}  load {_load()}", flush=True)
    reached = most < lists.MOST
    print(f"slowest page: {slowest:.0f} ms; of processors at most {most:.0f}; bar {lists.MOST}: {_verdict(reached)}")
    return reached


def _print_previews(harness: Harness) -> bool:
    longest = 0.0
    for name, steps in previews(harness):
        longest = max(longest, sum(steps))
        print(f"preview, {name}: {sum(steps):.1f} s in {len(steps)} steps  load {_load()}", flush=True)
    reached = longest < MOST_SECONDS
    print(f"longest preview: {longest:.1f} s; bar {MOST_SECONDS}: {_verdict(reached)}")
    return reached


def _print_sign_ins(few: Harness, many: Harness, size: Size) -> bool:
    small, large = sign_ins(few, many)
    for people, cost in ((FEW.people, small), (size.people, large)):
        print(f"sign-in with {people:,} people: {cost.clock:.1f} ms, of processors {cost.used:.1f}  load {_load()}")
    clock, used = large.clock / small.clock, large.used / small.used
    reached = used <= MOST_RATIO
    print(f"ratio {clock:.2f}, of processors {used:.2f}; bar {MOST_RATIO}: {_verdict(reached)}")
    return reached


def previews(harness: Harness) -> Iterator[tuple[str, list[float]]]:
    """Count what each of some rules would change; yield the seconds of each step."""
    for name, rule in RULES.items():
        counted, steps = Count(), list[float]()
        while not counted.done:
            began = time.perf_counter()
            with harness.services.database.read() as tx:
                proposal = changes.propose(present_rules(tx), [rule])
                counted = preview.count(tx, proposal, harness.settings, counted)
            steps.append(time.perf_counter() - began)
        yield name, steps


def sign_ins(few: Harness, many: Harness) -> tuple[Cost, Cost]:
    """Sign in to both in turn, so that other load meets both alike; return the medians."""
    found: tuple[list[Cost], list[Cost]] = ([], [])
    drivers = [(SignInDriver(harness, "bench"), harness) for harness in (few, many)]
    for driver, _ in drivers:
        driver.sign_in()
    for _ in range(BLOCKS):
        for costs, (driver, harness) in zip(found, drivers, strict=True):
            costs += [_cost(harness, driver.sign_in) for _ in range(BLOCK)]
    small, large = map(_median, found)
    return small, large


def _cost(harness: Harness, act: Callable[[], None]) -> Cost:
    server = processor.find_server(harness.settings.database_url)
    began, used = time.perf_counter(), processor.own_seconds() + processor.seconds(server)
    act()
    clock = time.perf_counter() - began
    return Cost(clock * 1000, (processor.own_seconds() + processor.seconds(server) - used) * 1000)


def _median(costs: list[Cost]) -> Cost:
    return Cost(statistics.median(each.clock for each in costs), statistics.median(each.used for each in costs))


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "missed"
