"""Figures of the overview, counted in the background: events of each day, and how many there are of something now.

Events are counted once each: `figures` holds the id of the last one, which moves together with the counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table, delete, distinct, func, select, update

from idp.persistence.audit_events import audit_events
from idp.persistence.base import METADATA, Store, given, given_list, upsert
from idp.persistence.factors import factors
from idp.persistence.late_people import Late, is_late
from idp.persistence.users import ACTIVE, users

daily_counts = Table(
    "daily_counts",
    METADATA,
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("counted_at", BigInteger, nullable=False),
)

figures = Table(
    "figures",
    METADATA,
    Column("name", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("counted_at", BigInteger, nullable=False),
)

LAST_EVENT = "last event"
"""The figure that holds the id of the last audit event that was counted."""


@dataclass(frozen=True, slots=True)
class DailyCount:
    """How many events of a kind there were on a day (its start in seconds, UTC)."""

    day: int
    kind: str
    number: int
    counted_at: int


@dataclass(frozen=True, slots=True)
class Figure:
    """How many there were of something when it was last counted."""

    name: str
    number: int
    counted_at: int


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """What counting needs of an audit event."""

    id: int
    at: int
    event: str
    outcome: str


EVENTS_AFTER = (
    select(audit_events.c.id, audit_events.c.at, audit_events.c.event, audit_events.c.outcome)
    .where(audit_events.c.id > given("after"))
    .order_by(audit_events.c.id)
    .limit(given("limit"))
)
ADD = upsert(daily_counts).values(day=given("day"), kind=given("kind"), number=given("number"), counted_at=given("now"))
ADD_TO_DAY = ADD.on_conflict_do_update(
    index_elements=["day", "kind"],
    set_={"number": daily_counts.c.number + ADD.excluded.number, "counted_at": ADD.excluded.counted_at},
)
DAYS = select(daily_counts).where(daily_counts.c.day >= given("since")).order_by(daily_counts.c.day)
ALL = select(figures)
BY_NAME = select(figures).where(figures.c.name == given("name"))
MOVE = (
    update(figures)
    .where(figures.c.name == given("name"), figures.c.number == given("before"))
    .values(number=given("number"), counted_at=given("now"))
)
START = (
    upsert(figures).values(name=given("name"), number=given("number"), counted_at=given("now")).on_conflict_do_nothing()
)
REMOVE_OTHERS = delete(figures).where(figures.c.name != LAST_EVENT)
PEOPLE = select(func.count()).select_from(users).where(users.c.status == ACTIVE)
OF_ACTIVE = factors.join(users, users.c.id == factors.c.user_id)
BY_KIND = (
    select(factors.c.kind, func.count(distinct(factors.c.user_id)))
    .select_from(OF_ACTIVE)
    .where(users.c.status == ACTIVE)
    .group_by(factors.c.kind)
)
WITH_ANY = select(func.count(distinct(factors.c.user_id))).select_from(OF_ACTIVE).where(users.c.status == ACTIVE)
FAILURES_BY_CLIENT = (
    select(audit_events.c.client_id, func.count())
    .where(audit_events.c.at >= given("since"), audit_events.c.client_id.is_not(None))
    .where(audit_events.c.outcome != "success", audit_events.c.event.in_(given_list("events")))
    .group_by(audit_events.c.client_id)
    .order_by(func.count().desc(), audit_events.c.client_id)
    .limit(given("limit"))
)


class FigureStore(Store):
    """Counts, and stores what was counted."""

    def events_after(self, after: int, *, limit: int) -> list[CountedEvent]:
        """List audit events in order of id."""
        return self._db.all(CountedEvent, EVENTS_AFTER, after=after, limit=limit)

    def last_event(self) -> int | None:
        """Return the id of the last event that was counted; None before the first count."""
        found = self._db.one_or_none(Figure, BY_NAME, name=LAST_EVENT)
        return found.number if found else None

    def start_after(self, event_id: int) -> None:
        """Let counting begin after this event, unless it has begun."""
        self._db.change(START, name=LAST_EVENT, number=event_id, now=self._now)

    def add(self, counts: Mapping[tuple[int, str], int], *, after: int, last: int) -> bool:
        """Add counts by day and kind, of the events from `after` to `last`; False when another node has done so."""
        if not self._db.change(MOVE, name=LAST_EVENT, before=after, number=last, now=self._now):
            return False
        for (day, kind), number in sorted(counts.items()):
            self._db.change(ADD_TO_DAY, day=day, kind=kind, number=number, now=self._now)
        return True

    def days(self, *, since: int) -> list[DailyCount]:
        """List the counts of each day from a time (seconds, UTC)."""
        return self._db.all(DailyCount, DAYS, since=since)

    def count_people(self) -> tuple[int, int]:
        """Count who has an account in use, and who of them has a second step."""
        return int(self._db.scalar(PEOPLE)), int(self._db.scalar(WITH_ANY))

    def count_late(self, late: Late, *, most: int) -> int:
        """Count who is late; stops at `most`."""
        found = select(users.c.id).where(is_late(late)).limit(most).subquery()
        return int(self._db.scalar(select(func.count()).select_from(found)))

    def count_kinds(self) -> dict[str, int]:
        """Count the people with each kind of second step."""
        return {str(kind): int(number) for kind, number in self._db.rows(BY_KIND)}

    def count_failures(self, events: tuple[str, ...], *, since: int, limit: int) -> dict[str, int]:
        """Count these failures by client, most first."""
        rows = self._db.rows(FAILURES_BY_CLIENT, events=list(events), since=since, limit=limit)
        return {str(client): int(number) for client, number in rows}

    def replace(self, counted: Mapping[str, int]) -> None:
        """Store what was counted now, in place of what was counted before."""
        self._db.change(REMOVE_OTHERS)
        for name, number in sorted(counted.items()):
            self._db.insert(figures, Figure(name, number, self._now))

    def latest(self) -> dict[str, Figure]:
        """Return what was counted last, by name."""
        return {figure.name: figure for figure in self._db.all(Figure, ALL)}
