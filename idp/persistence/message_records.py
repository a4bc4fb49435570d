"""What was sent to whom, for administrators: the messages of the outbox, also those that have ended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update

from idp.persistence.base import Store, given
from idp.persistence.keyset import Page, Position, read_page
from idp.persistence.outbox import UNCLAIMED, MessageState, OutboxMessage, outbox


@dataclass(frozen=True, kw_only=True)
class MessageFilter:
    """Which messages to list; None accepts all. `since` and `until` are seconds, UTC, both included."""

    user_id: str | None = None
    kind: str | None = None
    channel: str | None = None
    state: MessageState | None = None
    since: int | None = None
    until: int | None = None


KEY = (outbox.c.created_at, outbox.c.id)
BY_ID = select(outbox).where(outbox.c.id == given("message_id"))
SEND_AGAIN = (
    update(outbox)
    .where(outbox.c.id == given("message_id"), outbox.c.state == given("state"), UNCLAIMED)
    .where(outbox.c.attempts == given("attempts"))
    .values(
        state=MessageState.WAITING.value,
        created_at=given("now"),
        next_attempt_at=given("now"),
        attempts=0,
        last_error=None,
        claimed_until=None,
        ended_at=None,
    )
)


class MessageRecordStore(Store):
    """Lists messages, and makes them due again."""

    def by_id(self, message_id: int) -> OutboxMessage | None:
        """Return the message with this id."""
        return self._db.one_or_none(OutboxMessage, BY_ID, message_id=message_id)

    def page(self, wanted: MessageFilter, position: Position, *, limit: int) -> Page[OutboxMessage]:
        """Return one page of these messages, newest first."""
        query = select(outbox).where(*_conditions(wanted))
        return read_page(self._db, OutboxMessage, query, KEY, position, limit=limit, descending=True)

    def count(self, wanted: MessageFilter, *, most: int) -> int:
        """Count these messages; stops at `most`."""
        found = select(outbox.c.id).where(*_conditions(wanted)).limit(most).subquery()
        return int(self._db.scalar(select(func.count()).select_from(found)))

    def send_again(self, message: OutboxMessage) -> bool:
        """Make a message due now, as if it were new; False when it has changed since it was read, or is being sent."""
        read = {"state": message.state, "attempts": message.attempts}
        return self._db.change(SEND_AGAIN, message_id=message.id, now=self._now, **read) == 1


def _conditions(wanted: MessageFilter) -> list[ColumnElement[bool]]:
    exact = {name: getattr(wanted, name) for name in ("user_id", "kind", "channel")}
    conditions = [outbox.c[name] == value for name, value in exact.items() if value is not None]
    if wanted.state in {MessageState.WAITING, MessageState.FAILED}:
        failed = wanted.state == MessageState.FAILED
        conditions.append(outbox.c.state == MessageState.WAITING.value)
        conditions.append(outbox.c.attempts > 0 if failed else outbox.c.attempts == 0)
    elif wanted.state is not None:
        conditions.append(outbox.c.state == wanted.state.value)
    if wanted.since is not None:
        conditions.append(outbox.c.created_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(outbox.c.created_at <= wanted.until)
    return conditions
