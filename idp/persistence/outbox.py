"""Outbox: messages stored in a transaction and delivered after it.

    waiting    --delivered-->  delivered   the content is gone, the address is masked
       |  ^
       |  +----sent again---+
       +-------given up----->  abandoned   kept with its content, unless it holds a code or a link

A message that has ended stays as a record for a bounded time. Workers look at an index of those that wait, so that
records cost them nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from idp.persistence.base import METADATA, Store, given
from idp.persistence.password_resets import password_resets
from idp.persistence.users import users

outbox = Table(
    "outbox",
    METADATA,
    Column("channel", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("template", String, nullable=False),
    Column("context", JSON, nullable=False),
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("next_attempt_at", BigInteger, nullable=False),
    Column("claimed_until", BigInteger),
    Column("attempts", BigInteger, nullable=False),
    Column("last_error", String),
    Column("kind", String, nullable=False),
    Column("user_id", String),
    Column("state", String, nullable=False),
    Column("ended_at", BigInteger),
    Index("ix_outbox_created", "created_at", "id"),
    Index("ix_outbox_state", "state", "created_at", "id"),
    Index("ix_outbox_kind", "kind", "created_at", "id"),
    Index("ix_outbox_channel", "channel", "created_at", "id"),
    Index("ix_outbox_user", "user_id", "created_at", "id"),
)
IS_WAITING = outbox.c.state == literal_column("'waiting'")
"""Literally: an index of some rows serves only statements that repeat its condition."""
Index(
    "ix_outbox_waiting",
    *(outbox.c.channel, outbox.c.next_attempt_at),
    postgresql_where=IS_WAITING,
    sqlite_where=IS_WAITING,
)
ABOUT_PERSON = ("user_id", "sub")
"""Members of a context that name whom the message is for or about."""
SECRET = "sealed_secret"  # noqa: S105 - the name of a member
"""The member of a context that holds a sealed code or link."""


class MessageState(StrEnum):
    """Where in its life a message is. `FAILED` is one that waits after a failure: never stored, only searched for."""

    WAITING = "waiting"
    FAILED = "failed"
    DELIVERED = "delivered"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message to one person or client.

    A worker claims it until `claimed_until`; if the worker dies, the claim expires and another delivers. So a crash can
    deliver twice, but never not at all.
    """

    channel: str
    recipient: str
    template: str
    context: dict[str, Any]
    id: int = 0
    created_at: int = 0
    next_attempt_at: int = 0
    claimed_until: int | None = None
    attempts: int = 0
    last_error: str | None = None
    kind: str = ""
    user_id: str | None = None
    state: str = MessageState.WAITING
    ended_at: int | None = None

    @property
    def holds_secret(self) -> bool:
        """Whether it contains a code or a link, which is never shown and never sent a second time."""
        return SECRET in self.context

    @property
    def shown_state(self) -> MessageState:
        """Return the state, with `FAILED` for one that waits after a failure."""
        failed = self.state == MessageState.WAITING and self.attempts
        return MessageState.FAILED if failed else MessageState(self.state)

    @property
    def name(self) -> str:
        """Identify the message across retries; an id alone may be reused once its row is deleted."""
        return f"{self.created_at}-{self.id}"


ENQUEUE_PASSWORD_RESET = insert(outbox).from_select(
    (
        *("channel", "recipient", "template", "context", "created_at", "next_attempt_at", "attempts"),
        *("kind", "user_id", "state"),
    ),
    select(
        given("channel"),
        users.c.email,
        given("template"),
        given("context", outbox.c.context),
        given("now"),
        given("now"),
        literal(0),
        given("kind"),
        users.c.id,
        literal(MessageState.WAITING.value),
    )
    .join(password_resets, password_resets.c.user_id == users.c.id)
    .where(password_resets.c.digest == given("digest")),
)
UNCLAIMED = or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= given("now"))
DUE = select(outbox.c.id).where(
    IS_WAITING, outbox.c.channel == given("channel"), outbox.c.next_attempt_at <= given("now"), UNCLAIMED
)
ANYTHING_DUE = select(DUE.exists())
LONGEST_DUE = DUE.order_by(outbox.c.next_attempt_at, outbox.c.id).limit(1)
CLAIM_NEXT = (
    update(outbox)
    .where(outbox.c.id == LONGEST_DUE.scalar_subquery(), UNCLAIMED)
    .values(claimed_until=given("until"))
    .returning(*outbox.c)
)
END = (
    update(outbox)
    .where(outbox.c.id == given("message_id"), IS_WAITING)
    .values(
        state=given("state"),
        recipient=given("recipient"),
        context=given("context"),
        attempts=given("attempts"),
        last_error=given("error"),
        ended_at=given("now"),
        claimed_until=None,
    )
)
SCHEDULE_RETRY = (
    update(outbox)
    .where(outbox.c.id == given("message_id"), IS_WAITING)
    .values(
        attempts=given("attempts"), last_error=given("error"), next_attempt_at=given("retry_at"), claimed_until=None
    )
)
FAILED = (
    select(outbox.c.id)
    .where(outbox.c.channel == given("channel"), outbox.c.recipient == given("recipient"), outbox.c.attempts > 0)
    .where(IS_WAITING)
    .limit(1)
)
WAITING = select(outbox).where(IS_WAITING).order_by(outbox.c.id)
LATE = (outbox.c.channel == given("channel"), outbox.c.created_at < given("created_before"), IS_WAITING)
COUNT_LATE = select(func.count()).select_from(outbox).where(*LATE)
LATE_RECIPIENTS = select(outbox.c.recipient).where(*LATE).distinct().order_by(outbox.c.recipient)


class OutboxStore(Store):
    """Stores, claims and completes messages."""

    def enqueue(self, message: OutboxMessage) -> None:
        """Insert a message, to be sent after this transaction commits."""
        context = message.context
        stored = replace(
            message,
            created_at=self._now,
            next_attempt_at=self._now,
            kind=_kind(message.template, context),
            user_id=message.user_id or next((context[name] for name in ABOUT_PERSON if context.get(name)), None),
        )
        self._db.insert(outbox, stored)

    def enqueue_password_reset(self, digest: str, *, channel: str, template: str, context: dict[str, Any]) -> None:
        """Insert a message to the owner of this password reset, if there is one.

        The recipient is the stored address, never the typed one. One statement in either case, so that the cost is the
        same.
        """
        message = {"channel": channel, "template": template, "context": context, "kind": _kind(template, context)}
        self._db.change(ENQUEUE_PASSWORD_RESET, digest=digest, **message, now=self._now)

    def anything_due(self, *, channel: str) -> bool:
        """Whether `claim_next` may find a message; needs no write."""
        return bool(self._db.scalar(ANYTHING_DUE, channel=channel, now=self._now))

    def claim_next(self, *, channel: str, lease: int) -> OutboxMessage | None:
        """Claim the longest-due message of a channel for `lease` seconds."""
        return self._db.claim(OutboxMessage, CLAIM_NEXT, channel=channel, now=self._now, until=self._now + lease)

    def record_delivered(self, message: OutboxMessage, *, masked: str) -> None:
        """Record a delivery: what is kept is its kind and the masked recipient."""
        self._end(message, MessageState.DELIVERED, recipient=masked, context={}, error=None)

    def record_abandoned(self, message: OutboxMessage, *, error: str) -> None:
        """Record that a message is given up; a code or link in it goes. The caller records that as an event too."""
        context = {} if message.holds_secret else message.context
        self._end(message, MessageState.ABANDONED, recipient=message.recipient, context=context, error=error)

    def _end(self, message: OutboxMessage, state: MessageState, **result: Any) -> None:
        attempts = message.attempts + 1
        self._db.change(END, message_id=message.id, state=state, attempts=attempts, now=self._now, **result)

    def schedule_retry(self, message: OutboxMessage, *, error: str, retry_in: int) -> None:
        """Retry in `retry_in` seconds."""
        result = {"attempts": message.attempts + 1, "error": error, "retry_at": self._now + retry_in}
        self._db.change(SCHEDULE_RETRY, message_id=message.id, **result)

    def has_failed_delivery(self, *, channel: str, recipient: str) -> bool:
        """Whether a message to this recipient is waiting after a failed delivery."""
        return self._db.scalar(FAILED, channel=channel, recipient=recipient) is not None

    def waiting(self, *, channel: str | None = None, limit: int | None = None) -> list[OutboxMessage]:
        """List undelivered messages, optionally of one channel, oldest first."""
        query = WAITING if channel is None else WAITING.where(outbox.c.channel == channel)
        return self._db.all(OutboxMessage, query.limit(limit))

    def count_late(self, *, channel: str, created_before: int) -> int:
        """Count the undelivered messages of a channel from before a time (seconds, UTC)."""
        return int(self._db.scalar(COUNT_LATE, channel=channel, created_before=created_before))

    def late_recipients(self, *, channel: str, created_before: int) -> list[str]:
        """List who waits for a message of a channel from before a time (seconds, UTC)."""
        return self._db.scalars(LATE_RECIPIENTS, channel=channel, created_before=created_before)


def _kind(template: str, context: Mapping[str, Any]) -> str:
    return str(context.get("event") or template)
