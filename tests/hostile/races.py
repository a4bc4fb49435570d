"""Rounds of races for every single-use thing at a served instance: 32 at once, one winner."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support import app_contests, device_contests, people_contests
from tests.support.contests import Contest, ServedInstance, race

Contests = Mapping[str, Callable[[ServedInstance], Contest[Any]]]

BY_APPS: Contests = {**app_contests.CONTESTS, **device_contests.CONTESTS}
CONTESTS: Contests = {**people_contests.CONTESTS, **BY_APPS}


@dataclass
class Races:
    """How often each number of winners was counted, by what was raced for; `wrong` says what must not be."""

    winners: dict[str, Counter[int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many races were run."""
        return sum(counter.total() for counter in self.winners.values())


def run(instance: ServedInstance, rounds: int, things: Contests = CONTESTS) -> Races:
    """Race for each of these things so many times."""
    found = Races()
    for number in range(rounds):
        for name, prepare in things.items():
            instance.begin_race()
            winners, statuses = race(prepare(instance))
            found.winners.setdefault(name, Counter())[winners] += 1
            failed = sorted(status for status in statuses if status >= 500)
            if winners != 1 or failed:
                found.wrong.append(f"{name}, round {number + 1}: {winners} winners, answers of 5xx: {failed}")
    return found
