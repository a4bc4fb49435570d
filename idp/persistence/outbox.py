"""The outbox: messages stored in a transaction and delivered after it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, Integer, Select, delete, insert, literal, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store
from idp.persistence.password_resets import PasswordReset
from idp.persistence.users import User


class OutboxMessage(Base):
    """One message to one person, or to one app.

    A worker claims it for a while (`claimed_until`); if that worker dies, the claim lapses and another delivers. So a
    crash can at worst deliver twice, never not at all.
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
        """The same for every try, and never another's: an id alone may be used again once its row is gone."""
        return f"{self.created_at}-{self.id}"


class OutboxStore(Store):
    """Enqueuing, claiming and completing messages."""

    def enqueue(self, message: OutboxMessage) -> None:
        """Keep a message to be sent once this transaction commits."""
        message.created_at = message.next_attempt_at = self._now
        self._session.add(message)
        self._session.flush()

    def enqueue_password_reset(self, digest: str, *, channel: str, template: str, context: dict[str, Any]) -> None:
        """Keep a message to whomever the password reset of this digest was made for; to nobody if none was.

        The address is the one that is stored, never one that was typed. One statement either way.
        """
        columns = ("channel", "recipient", "template", "context", "created_at", "next_attempt_at", "attempts")
        facts = (literal(template), literal(context, JSON), literal(self._now), literal(self._now), literal(0))
        whose = select(literal(channel), User.email, *facts).join(PasswordReset, PasswordReset.user_id == User.id)
        self._session.execute(insert(OutboxMessage).from_select(columns, whose.where(PasswordReset.digest == digest)))

    def anything_due(self, *, channel: str) -> bool:
        """Whether `claim_next` may find something; looking costs no write."""
        return self._session.scalar(select(self._due(channel).exists())) or False

    def claim_next(self, *, channel: str, lease: int) -> OutboxMessage | None:
        """Take the longest-waiting message of a channel that is due and nobody's, for `lease` seconds."""
        due = self._due(channel).order_by(OutboxMessage.next_attempt_at, OutboxMessage.id).limit(1)
        query = update(OutboxMessage).where(OutboxMessage.id == due.scalar_subquery(), self._unclaimed())
        return self._claim_row(query.values(claimed_until=self._now + lease).returning(OutboxMessage))

    def _due(self, channel: str) -> Select[int]:
        due = select(OutboxMessage.id).where(OutboxMessage.next_attempt_at <= self._now, self._unclaimed())
        return due.where(OutboxMessage.channel == channel)

    def _unclaimed(self) -> ColumnElement[bool]:
        return or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= self._now)

    def delete_delivered(self, message_id: int) -> None:
        """The transport accepted it: nothing of it is kept."""
        self._execute(delete(OutboxMessage).where(OutboxMessage.id == message_id))

    def delete_abandoned(self, message_id: int) -> None:
        """Nobody took it in time; the caller records that."""
        self._execute(delete(OutboxMessage).where(OutboxMessage.id == message_id))

    def schedule_retry(self, message: OutboxMessage, *, error: str, retry_in: int) -> None:
        """Try again in `retry_in` seconds."""
        query = update(OutboxMessage).where(OutboxMessage.id == message.id)
        values = {"attempts": message.attempts + 1, "last_error": error, "next_attempt_at": self._now + retry_in}
        self._execute(query.values(**values, claimed_until=None))

    def has_failed_delivery(self, *, channel: str, recipient: str) -> bool:
        """Whether something for this recipient waits that a try to deliver has failed for."""
        query = select(OutboxMessage.id).where(OutboxMessage.channel == channel, OutboxMessage.recipient == recipient)
        return self._session.scalar(query.where(OutboxMessage.attempts > 0).limit(1)) is not None

    def waiting(self) -> list[OutboxMessage]:
        """Everything not delivered yet, oldest first."""
        return list(self._session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
