"""A campaign of hostile requests against the application, and what it counted."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.hostile.grammar import Grammar
from tests.hostile.kinds import KINDS
from tests.hostile.messages import Answer, HostileRequest, ask, fault
from tests.hostile.real_requests import SID, Cast
from tests.support.harness import Harness

SEED = 20_261_127
RENEWED_EVERY = 1500
"""Requests: then a new person and new codes, because the others are closed, used or refused by a limit."""


@dataclass
class Counts:
    """Answers by kind and status, faults in words, the slowest answer in seconds, and what was done twice."""

    answers: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    doubled: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """How many requests were sent."""
        return sum(counter.total() for counter in self.answers.values())

    @property
    def passed(self) -> bool:
        """Whether nothing failed and nothing was doubled."""
        return not self.faults and not self.doubled

    def merge(self, other: "Counts") -> None:
        """Add what another process counted at the same time."""
        for kind, counter in other.answers.items():
            self.answers.setdefault(kind, Counter()).update(counter)
        self.faults += other.faults
        self.doubled += other.doubled
        self.slowest, self.seconds = max(self.slowest, other.slowest), max(self.seconds, other.seconds)

    def add(self, kind: str, outcome: str, seconds: float, found: str = "") -> None:
        """Count one answer; `found` says what is wrong with it."""
        self.answers.setdefault(kind, Counter())[outcome] += 1
        self.slowest = max(self.slowest, seconds)
        if found:
            self.faults.append(found)


def run(harness: Harness, count: int, seed: int = SEED) -> Counts:
    """Send so many hostile requests to the application, the kinds in turn."""
    cast, counts, began = Cast(harness), Counts(), time.perf_counter()
    grammar = Grammar(seed, cast)
    for number, kind in enumerate(_kinds(count)):
        if number % RENEWED_EVERY == 0:
            counts.doubled += doubled(harness)
            cast.renew()
        request = KINDS[kind](grammar)
        answer = ask(harness.app, harness.settings.issuer, request)
        found = fault(request, answer, cast.origins)
        counts.add(kind, str(answer.status), answer.seconds, describe(request, answer, found) if found else "")
    counts.doubled += doubled(harness)
    counts.seconds = time.perf_counter() - began
    return counts


def _kinds(count: int) -> Iterator[str]:
    kinds = tuple(KINDS)
    return (kinds[number % len(kinds)] for number in range(count))


def describe(request: HostileRequest, answer: Answer, found: str) -> str:
    """A fault, with enough of its request to send it again."""
    sent = f"{request.method} {request.target[:300]!r} {request.headers!r:.600} {request.body[:300]!r}"
    return f"{request.kind}: {found} after {answer.seconds:.2f} s: {sent}"


def doubled(harness: Harness) -> list[str]:
    """Codes that were redeemed more than once, by the audit trail."""
    with harness.services.database.read() as tx:
        issued = tx.audit.latest(event="token.issued", limit=10_000)
    codes = Counter(
        event.sid
        for event in issued
        if event.detail.get("grant_type") == "authorization_code" and (event.sid or "").startswith(SID)
    )
    return [f"the code of {sid} was redeemed {times} times" for sid, times in codes.items() if times > 1]
