"""The audit trail: append-only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    select,
    text,
)

from idp.persistence.base import METADATA, Store, given, given_list

FAILED, THROTTLED = text("outcome = 'failure'"), text("outcome = 'throttled'")
"""In a statement it must be this very text, or the indexes of these rows are not used. Most events are successes."""

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
    Index("ix_audit_events_event", "event", "id"),
    Index("ix_audit_events_request", "request_id", "id"),
)
COLUMNS = audit_events.c
# With the event behind the id, those of other kinds are left out without being read.
for name, columns, rows in (
    ("actor", ("actor_id", "id"), COLUMNS.actor_id.is_not(None)),
    ("client", ("client_id", "id", "event"), COLUMNS.client_id.is_not(None)),
    ("failed", ("id", "event"), FAILED),
    ("client_failures", ("client_id", "id"), FAILED),
    ("throttled", ("id",), THROTTLED),
):
    each = (COLUMNS[column] for column in columns)
    Index(f"ix_audit_events_{name}", *each, sqlite_where=rows, postgresql_where=rows)


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


NEWEST = select(audit_events).order_by(audit_events.c.id.desc()).limit(given("limit"))
FOR_USER = NEWEST.where(audit_events.c.user_id == given("user_id"), audit_events.c.event.not_in(given_list("without")))
FOR_USER_BEFORE = FOR_USER.where(audit_events.c.id < given("before"))
BY_ID = select(audit_events).where(audit_events.c.id == given("event_id"))
OF_TYPE = NEWEST.where(audit_events.c.event == given("event"))
ONE_BEFORE = select(audit_events.c.id).where(audit_events.c.at < given("before")).limit(1)
FAILURES_OF_CLIENT = NEWEST.where(
    audit_events.c.client_id == given("client_id"), FAILED, audit_events.c.event.in_(given_list("events"))
)
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

    def by_id(self, event_id: int) -> AuditEvent | None:
        """Return one event."""
        return self._db.one_or_none(AuditEvent, BY_ID, event_id=event_id)

    def failures_of_client(self, client_id: str, events: Collection[str], *, limit: int) -> list[AuditEvent]:
        """List the newest failures of these types that name this client."""
        self._db.flush()
        return self._db.all(AuditEvent, FAILURES_OF_CLIENT, client_id=client_id, events=list(events), limit=limit)

    def newest_id(self, *, before: int) -> int:
        """Return the id of the newest event that is older than `before` (seconds, UTC); 0 when there is none."""
        self._db.flush()
        return int(self._db.scalar(NEWEST_ID, before=before) or 0)

    def has_event_before(self, before: int) -> bool:
        """Whether an event is older than `before` (seconds, UTC)."""
        return self._db.scalar(ONE_BEFORE, before=before) is not None
