"""The audit trail: append-only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ColumnElement, Index, Integer, String, Table, or_, select, text

from idp.persistence.base import METADATA, Store, given, given_list

FAILED = text("outcome = 'failure'")
"""In a statement it must be this very text, or the index of these rows is not used."""

audit_events = Table(
    "audit_events",
    METADATA,
    Column("event", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("detail", JSON, nullable=False),
    # SQLite numbers rows by itself only for a column that is INTEGER to the letter.
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("at", BigInteger, index=True, nullable=False),
    Column("user_id", String),
    Column("client_id", String),
    Column("sid", String),
    Column("address", String, nullable=False),
    Column("user_agent", String, nullable=False),
    Column("request_id", String, nullable=False),
    Column("actor_id", String),
    Index("ix_audit_events_user", "user_id", "id"),
    Index("ix_audit_events_client_failures", "client_id", "id", postgresql_where=FAILED, sqlite_where=FAILED),
)


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event, written in the transaction that caused it.

    `user_id` is whom it is about, `actor_id` the administrator who caused it; None: the person, or the command line.
    """

    event: str
    outcome: str
    detail: dict[str, Any]
    id: int = 0
    at: int = 0
    user_id: str | None = None
    client_id: str | None = None
    sid: str | None = None
    address: str = ""
    user_agent: str = ""
    request_id: str = ""
    actor_id: str | None = None


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


NEWEST = select(audit_events).order_by(audit_events.c.id.desc()).limit(given("limit"))
FOR_USER = NEWEST.where(audit_events.c.user_id == given("user_id"), audit_events.c.event.not_in(given_list("without")))
FOR_USER_BEFORE = FOR_USER.where(audit_events.c.id < given("before"))
OF_TYPE = NEWEST.where(audit_events.c.event == given("event"))
FAILURES_OF_CLIENT = NEWEST.where(
    audit_events.c.client_id == given("client_id"), FAILED, audit_events.c.event.in_(given_list("events"))
)
AFTER = select(audit_events).where(audit_events.c.id > given("after")).order_by(audit_events.c.id).limit(given("limit"))
NEWEST_ID = (
    select(audit_events.c.id).where(audit_events.c.at < given("before")).order_by(audit_events.c.id.desc()).limit(1)
)


class AuditStore(Store):
    """Appends and reads audit events."""

    def append(self, event: AuditEvent) -> None:
        """Append an event at this transaction's time."""
        self._db.defer(audit_events, replace(event, at=self._now))

    def for_user(
        self, user_id: str, *, limit: int = 100, before: int | None = None, without: Collection[str] = ()
    ) -> list[AuditEvent]:
        """List a person's events, newest first: those before the id `before`, except types in `without`."""
        self._db.flush()
        about = {"user_id": user_id, "without": list(without), "limit": limit}
        if before is None:
            return self._db.all(AuditEvent, FOR_USER, **about)
        return self._db.all(AuditEvent, FOR_USER_BEFORE, before=before, **about)

    def latest(self, *, event: str | None = None, limit: int = 100) -> list[AuditEvent]:
        """List the newest events, optionally of one type."""
        self._db.flush()
        if event is None:
            return self._db.all(AuditEvent, NEWEST, limit=limit)
        return self._db.all(AuditEvent, OF_TYPE, event=event, limit=limit)

    def failures_of_client(self, client_id: str, events: Collection[str], *, limit: int) -> list[AuditEvent]:
        """List the newest failures of these types that name this client."""
        self._db.flush()
        return self._db.all(AuditEvent, FAILURES_OF_CLIENT, client_id=client_id, events=list(events), limit=limit)

    def search(self, wanted: AuditFilter, *, after: int, limit: int) -> list[AuditEvent]:
        """List events in order of id, from the one after the id `after`."""
        self._db.flush()
        return self._db.all(AuditEvent, AFTER.where(*_conditions(wanted)), after=after, limit=limit)

    def id_before_newest(self, wanted: AuditFilter, count: int) -> int:
        """Return an id after which there are `count` of these events, or fewer."""
        self._db.flush()
        query = select(audit_events.c.id).where(*_conditions(wanted)).order_by(audit_events.c.id.desc())
        first = self._db.value(query.offset(count - 1).limit(1))
        return 0 if first is None else int(first) - 1

    def newest_id(self, *, before: int) -> int:
        """Return the id of the newest event that is older than `before` (seconds, UTC); 0 when there is none."""
        self._db.flush()
        return int(self._db.value(NEWEST_ID, before=before) or 0)


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    exact = {name: getattr(wanted, name) for name in ("user_id", "actor_id", "client_id", "outcome", "request_id")}
    conditions = [audit_events.c[name] == value for name, value in exact.items() if value is not None]
    if wanted.events:
        conditions.append(or_(*map(_names_event, wanted.events)))
    if wanted.since is not None:
        conditions.append(audit_events.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(audit_events.c.at <= wanted.until)
    return conditions


def _names_event(name: str) -> ColumnElement[bool]:
    if name.endswith("*"):
        return audit_events.c.event.startswith(name[:-1], autoescape=True)
    return audit_events.c.event == name
