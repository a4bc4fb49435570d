"""The audit trail: append-only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, select
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
