"""The audit trail: append-only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, Index, Integer, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class AuditEvent(Base):
    """One event, written in the transaction that caused it."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_user", "user_id", "id"),)

    # SQLite numbers rows by itself only for a column that is INTEGER to the letter.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    at: Mapped[int] = mapped_column(index=True)
    event: Mapped[str]
    outcome: Mapped[str]
    user_id: Mapped[str | None]
    client_id: Mapped[str | None]
    sid: Mapped[str | None]
    address: Mapped[str]
    user_agent: Mapped[str]
    request_id: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which events to find; None and () accept all. `since` and `until` are seconds, UTC, both included.

    An event name may end in `*`.
    """

    user_id: str | None = None
    client_id: str | None = None
    events: tuple[str, ...] = ()
    outcome: str | None = None
    request_id: str | None = None
    since: int | None = None
    until: int | None = None


class AuditStore(Store):
    """Appends and reads audit events."""

    def append(self, event: AuditEvent) -> None:
        """Append an event at this transaction's time."""
        event.at = self._now
        self._session.add(event)
        self._session.flush()

    def for_user(
        self, user_id: str, *, limit: int = 100, before: int | None = None, without: Collection[str] = ()
    ) -> list[AuditEvent]:
        """List a person's events, newest first: those before the id `before`, except types in `without`."""
        query = select(AuditEvent).where(AuditEvent.user_id == user_id, AuditEvent.event.not_in(without))
        if before is not None:
            query = query.where(AuditEvent.id < before)
        return list(self._session.scalars(query.order_by(AuditEvent.id.desc()).limit(limit)))

    def latest(self, *, event: str | None = None, limit: int = 100) -> list[AuditEvent]:
        """List the newest events, optionally of one type."""
        query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
        return list(self._session.scalars(query if event is None else query.where(AuditEvent.event == event)))

    def search(self, wanted: AuditFilter, *, after: int, limit: int) -> list[AuditEvent]:
        """List events in order of id, from the one after the id `after`."""
        query = select(AuditEvent).where(AuditEvent.id > after, *_conditions(wanted))
        return list(self._session.scalars(query.order_by(AuditEvent.id).limit(limit)))

    def id_before_newest(self, wanted: AuditFilter, count: int) -> int:
        """Return an id after which there are `count` of these events, or fewer."""
        query = select(AuditEvent.id).where(*_conditions(wanted)).order_by(AuditEvent.id.desc())
        first = self._session.scalar(query.offset(count - 1).limit(1))
        return 0 if first is None else first - 1

    def newest_id(self, *, before: int) -> int:
        """Return the id of the newest event that is older than `before` (seconds, UTC); 0 when there is none."""
        query = select(AuditEvent.id).where(AuditEvent.at < before).order_by(AuditEvent.id.desc()).limit(1)
        return self._session.scalar(query) or 0


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    exact = {name: getattr(wanted, name) for name in ("user_id", "client_id", "outcome", "request_id")}
    conditions = [getattr(AuditEvent, name) == value for name, value in exact.items() if value is not None]
    if wanted.events:
        conditions.append(or_(*map(_names_event, wanted.events)))
    if wanted.since is not None:
        conditions.append(AuditEvent.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEvent.at <= wanted.until)
    return conditions


def _names_event(name: str) -> ColumnElement[bool]:
    if name.endswith("*"):
        return AuditEvent.event.startswith(name[:-1], autoescape=True)
    return AuditEvent.event == name
