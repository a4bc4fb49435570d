"""Search of the audit trail, in order of id: every filter alone is answered by an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from idp.kernel.clock import MINUTE
from idp.persistence.audit_events import FAILED, THROTTLED, AuditEvent, audit_events
from idp.persistence.base import Store, given
from idp.persistence.keyset import Page, Position, read_page

SKEW = 5 * MINUTE
"""Seconds that the order of times and that of ids may differ by: clocks of nodes, and transactions that wait."""
EVENT = audit_events.c
OUTCOMES: dict[str, Any] = {"failure": FAILED, "throttled": THROTTLED}
"""Outcomes that have indexes of their own, in the words of these. A second condition that says the same would let
PostgreSQL expect far fewer rows than there are, and choose another index."""


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which events to find; None and () accept all. `since` and `until` are seconds, UTC, both included.

    An event name may end in `*`.
    """

    user_id: str | None = None
    actor_id: str | None = None
    client_id: str | None = None
    events: tuple[str, ...] = ()
    outcome: str | None = None
    request_id: str | None = None
    since: int | None = None
    until: int | None = None


FIRST_SINCE = select(EVENT.at).where(EVENT.at >= given("at")).order_by(EVENT.at).limit(1)
LAST_UNTIL = select(EVENT.at).where(EVENT.at <= given("at")).order_by(EVENT.at.desc()).limit(1)
IN_SPAN = EVENT.at.between(given("first"), given("last"))
# Of the bare column, PostgreSQL would go through all ids in order until one has such a time.
SMALLEST_ID = select(func.min(EVENT.id + 0)).where(IN_SPAN)
GREATEST_ID = select(func.max(EVENT.id + 0)).where(IN_SPAN)


EVENTS = select(audit_events)
AFTER = EVENTS.where(EVENT.id > given("after")).order_by(EVENT.id).limit(given("limit"))
IDS_NEWEST_FIRST = select(EVENT.id).order_by(EVENT.id.desc())


class AuditSearch(Store):
    """Finds audit events."""

    def page(self, wanted: AuditFilter, position: Position, *, limit: int) -> Page[AuditEvent]:
        """Return one page of events, newest first."""
        query = EVENTS.where(*self._conditions(wanted))
        return read_page(self._db, AuditEvent, query, [EVENT.id], position, limit=limit, descending=True)

    def after(self, wanted: AuditFilter, event_id: int, *, limit: int) -> list[AuditEvent]:
        """List events in order of id, from the one after an id."""
        self._db.flush()
        query = AFTER.where(*self._conditions(wanted))
        return self._db.all(AuditEvent, query, after=event_id, limit=limit)

    def id_before_newest(self, wanted: AuditFilter, count: int) -> int:
        """Return an id after which there are `count` of these events, or fewer."""
        self._db.flush()
        query = IDS_NEWEST_FIRST.where(*self._conditions(wanted))
        first = self._db.scalar(query.offset(count - 1).limit(1))
        return 0 if first is None else int(first) - 1

    def _conditions(self, wanted: AuditFilter) -> list[ColumnElement[bool]]:
        return [*_conditions(wanted), *self._id_bounds(wanted)]

    def _id_bounds(self, wanted: AuditFilter) -> list[ColumnElement[bool]]:
        """Return bounds of the ids of a time span, so that a search in order of id begins near its first event."""
        bounds: list[ColumnElement[bool]] = []
        if wanted.since is not None:
            first = self._db.scalar(FIRST_SINCE, at=wanted.since)
            least = None if first is None else self._db.scalar(SMALLEST_ID, first=first, last=first + SKEW)
            bounds.append(EVENT.id >= (least or 0))
        if wanted.until is not None:
            last = self._db.scalar(LAST_UNTIL, at=wanted.until)
            greatest = None if last is None else self._db.scalar(GREATEST_ID, first=last - SKEW, last=last)
            bounds.append(EVENT.id <= (greatest or 0))
        return bounds


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    exact = {name: getattr(wanted, name) for name in ("user_id", "actor_id", "client_id", "request_id")}
    found = [EVENT[name] == value for name, value in exact.items() if value is not None]
    if wanted.events:
        found.append(or_(*map(_names_event, wanted.events)))
    if wanted.outcome is not None:
        found.append(OUTCOMES.get(wanted.outcome, EVENT.outcome == wanted.outcome))
    if wanted.since is not None:
        found.append(EVENT.at >= wanted.since)
    if wanted.until is not None:
        found.append(EVENT.at <= wanted.until)
    return found


def _names_event(name: str) -> ColumnElement[bool]:
    if name.endswith("*"):
        return EVENT.event.startswith(name[:-1], autoescape=True)
    return EVENT.event == name
