"""Outbox: messages stored in a transaction and delivered after it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store
from idp.persistence.password_resets import PasswordReset
from idp.persistence.users import User


class OutboxMessage(Base):
    """A message to one person or client.

    A worker claims it until `claimed_until`; if the worker dies, the claim expires and another delivers. So a crash can
    deliver twice, but never not at all.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    channel: Mapped[str]
    recipient: Mapped[str]
    template: Mapped[str]
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[int]
    next_attempt_at: Mapped[int] = mapped_column(index=True)
    claimed_until: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]

    @property
    def name(self) -> str:
        """Identify the message across retries; an id alone may be reused once its row is deleted."""
        return f"{self.created_at}-{self.id}"


class OutboxStore(Store):
    """Stores, claims and completes messages."""

    def enqueue(self, message: OutboxMessage) -> None:
        """Insert a message, to be sent after this transaction commits."""
        message.created_at = message.next_attempt_at = self._now
        self._session.add(message)
        self._session.flush()

    def enqueue_password_reset(self, digest: str, *, channel: str, template: str, context: dict[str, Any]) -> None:
        """Insert a message to the owner of this password reset, if there is one.

        The recipient is the stored address, never the typed one. One statement in either case, so that the cost is the
        same.
        """
        columns = ("channel", "recipient", "template", "context", "created_at", "next_attempt_at", "attempts")
        facts = (literal(template), literal(context, JSON), literal(self._now), literal(self._now), literal(0))
        whose = select(literal(channel), User.email, *facts).join(PasswordReset, PasswordReset.user_id == User.id)
        self._session.execute(insert(OutboxMessage).from_select(columns, whose.where(PasswordReset.digest == digest)))

    def anything_due(self, *, channel: str) -> bool:
        """Whether `claim_next` may find a message; needs no write."""
        return self._session.scalar(select(self._due(channel).exists())) or False

    def claim_next(self, *, channel: str, lease: int) -> OutboxMessage | None:
        """Claim the longest-due message of a channel for `lease` seconds."""
        due = self._due(channel).order_by(OutboxMessage.next_attempt_at, OutboxMessage.id).limit(1)
        query = update(OutboxMessage).where(OutboxMessage.id == due.scalar_subquery(), self._unclaimed())
        return self._claim_row(query.values(claimed_until=self._now + lease).returning(OutboxMessage))

    def _due(self, channel: str) -> Select[int]:
        due = select(OutboxMessage.id).where(OutboxMessage.next_attempt_at <= self._now, self._unclaimed())
        return due.where(OutboxMessage.channel == channel)

    def _unclaimed(self) -> ColumnElement[bool]:
        return or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= self._now)

    def delete_delivered(self, message_id: int) -> None:
        """Delete a delivered message."""
        self._execute(delete(OutboxMessage).where(OutboxMessage.id == message_id))

    def delete_abandoned(self, message_id: int) -> None:
        """Delete an undeliverable message; the caller records that."""
        self._execute(delete(OutboxMessage).where(OutboxMessage.id == message_id))

    def schedule_retry(self, message: OutboxMessage, *, error: str, retry_in: int) -> None:
        """Retry in `retry_in` seconds."""
        query = update(OutboxMessage).where(OutboxMessage.id == message.id)
        values = {"attempts": message.attempts + 1, "last_error": error, "next_attempt_at": self._now + retry_in}
        self._execute(query.values(**values, claimed_until=None))

    def has_failed_delivery(self, *, channel: str, recipient: str) -> bool:
        """Whether a message to this recipient is waiting after a failed delivery."""
        query = select(OutboxMessage.id).where(OutboxMessage.channel == channel, OutboxMessage.recipient == recipient)
        return self._session.scalar(query.where(OutboxMessage.attempts > 0).limit(1)) is not None

    def waiting(self, *, channel: str | None = None, limit: int | None = None) -> list[OutboxMessage]:
        """List undelivered messages, optionally of one channel, oldest first."""
        query = select(OutboxMessage).order_by(OutboxMessage.id).limit(limit)
        return list(self._session.scalars(query if channel is None else query.where(OutboxMessage.channel == channel)))

    def count_late(self, *, channel: str, created_before: int) -> int:
        """Count the undelivered messages of a channel from before a time (seconds, UTC)."""
        query = select(func.count()).select_from(OutboxMessage)
        return self._session.scalar(query.where(*_late(channel, created_before))) or 0

    def late_recipients(self, *, channel: str, created_before: int) -> list[str]:
        """List who waits for a message of a channel from before a time (seconds, UTC)."""
        query = select(OutboxMessage.recipient).where(*_late(channel, created_before)).distinct()
        return list(self._session.scalars(query.order_by(OutboxMessage.recipient)))


def _late(channel: str, created_before: int) -> tuple[ColumnElement[bool], ...]:
    return OutboxMessage.channel == channel, OutboxMessage.created_at < created_before
