"""Figures of the overview, counted in the background so that no page counts rows.

count_events    events of each day, read once each by id; restarts where it stopped
count_figures   people with each kind of second step, failing apps
read_overview   what was counted, and what needs somebody, such as late people
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from idp.admin.late_people import late_now
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.kernel.clock import DAY, MINUTE
from idp.persistence.database import Database
from idp.persistence.figures import CountedEvent, Figure
from idp.persistence.message_records import MessageFilter
from idp.persistence.outbox import MessageState
from idp.persistence.transaction import Transaction
from idp.signing.keyring import Keyring
from idp.signing.rotation import KeyState, KeyStatus

DAYS = 30
BATCH = 5000
"""Audit events that one transaction counts."""
SETTLED = MINUTE
"""Seconds after which no transaction adds an event with a lower id: they are shorter than that."""
SIGN_INS, FAILURES = "sign-ins", "failures"
FAILED_SIGN_INS = frozenset({Event.PASSWORD, Event.PASSKEY, Event.SECOND_STEP, Event.RECOVERY_CODE})
APP_FAILURES = (Event.AUTHORIZATION_REFUSED, Event.TOKEN_REFUSED, Event.CLIENT_REFUSED)
PEOPLE, WITH_SECOND_STEP = "people", "with second step"
KIND, FAILING = "kind:", "failing:"
"""Begin the names of figures: people with a kind of second step; failures of an app in the last day."""
MOST_APPS = 5
FEW_FAILURES = 3
"""An app that failed less often in a day needs nobody."""
MOST_MESSAGES = 1000
MOST_LATE = 1000
WEEK = 7 * DAY


@dataclass(frozen=True)
class Day:
    """Sign-ins and failed tries of a day (its start in seconds, UTC)."""

    start: int
    sign_ins: int
    failures: int


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the overview shows; `counted_at` is None before the first count.

    Messages are counted to `MOST_MESSAGES`, late people to `MOST_LATE`. `at_once`: nobody gets time for the set-up.
    """

    counted_at: int | None
    people: int
    with_second_step: int
    kinds: dict[str, int]
    late: int
    at_once: bool
    failing_apps: dict[str, int]
    given_up: int
    failed: int
    turning_keys: list[KeyStatus]
    days: list[Day]


def count_events(database: Database, *, proceed: Callable[[], bool] = lambda: True) -> int:
    """Count the audit events that were added since the last count, in short transactions; return how many."""
    with database.write() as tx:
        if tx.figures.last_event() is None:
            tx.figures.start_after(tx.audit.newest_id(before=tx.now - DAYS * DAY))
    total = 0
    while proceed() and (counted := _count_batch(database)):
        total += counted
    return total


def _count_batch(database: Database) -> int:
    with database.read() as tx:
        after, settled = tx.figures.last_event() or 0, tx.now - SETTLED
        found = tx.figures.events_after(after, limit=BATCH)
    events = list(takewhile(lambda event: event.at <= settled, found))
    if not events:
        return 0
    kinds = ((event.at // DAY * DAY, _kind(event)) for event in events)
    counts = Counter((day, kind) for day, kind in kinds if kind)
    with database.write() as tx:
        return len(events) if tx.figures.add(counts, after=after, last=events[-1].id) else 0


def _kind(event: CountedEvent) -> str | None:
    if event.event == Event.SIGN_IN and event.outcome == Outcome.SUCCESS:
        return SIGN_INS
    return FAILURES if event.event in FAILED_SIGN_INS and event.outcome != Outcome.SUCCESS else None


def count_figures(database: Database) -> None:
    """Count people and failing apps anew; reads without a lock, then replaces the figures."""
    with database.read() as tx:
        people, with_second_step = tx.figures.count_people()
        counted = {PEOPLE: people, WITH_SECOND_STEP: with_second_step}
        counted |= {KIND + kind: number for kind, number in tx.figures.count_kinds().items()}
        failing = tx.figures.count_failures(APP_FAILURES, since=tx.now - DAY, limit=MOST_APPS)
    counted |= {FAILING + client: number for client, number in failing.items() if number >= FEW_FAILURES}
    with database.write() as tx:
        tx.figures.replace(counted)


def read_overview(tx: Transaction, keyring: Keyring, settings: Settings) -> Overview:
    """Return what was counted last, and what needs somebody now; its cost does not grow with the number of events."""
    figures, late = tx.figures.latest(), late_now(tx, settings)
    counted = figures.get(PEOPLE)
    return Overview(
        counted_at=counted.counted_at if counted else None,
        people=_number(figures, PEOPLE),
        with_second_step=_number(figures, WITH_SECOND_STEP),
        kinds=_named(figures, KIND),
        late=tx.figures.count_late(late, most=MOST_LATE),
        at_once=late.at_once.everybody,
        failing_apps=_named(figures, FAILING),
        given_up=tx.message_records.count(
            MessageFilter(state=MessageState.ABANDONED, since=tx.now - WEEK), most=MOST_MESSAGES
        ),
        failed=tx.message_records.count(MessageFilter(state=MessageState.FAILED), most=MOST_MESSAGES),
        turning_keys=[
            status
            for status in keyring.survey()
            if status.state is not KeyState.RETIRED and status.until <= tx.now + WEEK
        ],
        days=_days(tx),
    )


def _days(tx: Transaction) -> list[Day]:
    today = tx.now // DAY * DAY
    first = today - (DAYS - 1) * DAY
    counts = {(count.day, count.kind): count.number for count in tx.figures.days(since=first)}
    return [
        Day(start, counts.get((start, SIGN_INS), 0), counts.get((start, FAILURES), 0))
        for start in range(first, today + DAY, DAY)
    ]


def _number(figures: dict[str, Figure], name: str) -> int:
    return figures[name].number if name in figures else 0


def _named(figures: dict[str, Figure], prefix: str) -> dict[str, int]:
    found = {name.removeprefix(prefix): figure.number for name, figure in figures.items() if name.startswith(prefix)}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
