"""Messages to people and apps: what was sent, and sending it again."""

from __future__ import annotations

from idp import audit
from idp.admin import Refused
from idp.admin.permissions import Actor, Permission
from idp.audit import Event
from idp.factors.sent_code import HIDDEN, mask
from idp.kernel.text import Text
from idp.messaging.ciba_pings import TO_APPS
from idp.persistence.outbox import MessageState, OutboxMessage
from idp.persistence.transaction import Transaction

GONE = Text("This message is no longer kept. Messages are kept for 30 days.")
DELIVERED = Text("This message was delivered. It is not sent a second time.")
SECRET = Text("It held a code or a link. Those are never sent a second time: let the person ask for a new one.")
BUSY = Text("This message is about to be sent. Look again in a minute.")


def find(tx: Transaction, message_id: int) -> OutboxMessage:
    """Return a message. Raises `Refused` when there is none."""
    message = tx.message_records.by_id(message_id)
    if message is None:
        raise Refused(GONE)
    return message


def find_resend_problem(message: OutboxMessage) -> Text | None:
    """Return why a message is not sent again; None for one that may be."""
    if message.state == MessageState.DELIVERED:
        return DELIVERED
    if message.holds_secret or not message.context:
        return SECRET
    return BUSY if message.shown_state is MessageState.WAITING else None


def send_again(tx: Transaction, actor: Actor, message_id: int) -> OutboxMessage:
    """Let a message be sent at once; returns it.

    Raises:
        Forbidden: the actor may not send messages.
        Refused: it was delivered, is being sent, or holds a code or a link.
    """
    actor.require(Permission.SEND_MESSAGES)
    message = find(tx, message_id)
    if reason := find_resend_problem(message):
        raise Refused(reason)
    if not tx.message_records.send_again(message):
        raise Refused(BUSY)
    audit.record(tx, Event.MESSAGE_SENT_AGAIN, user_id=message.user_id, kind=message.kind, channel=message.channel)
    return message


def shown_recipient(channel: str, recipient: str) -> str:
    """Return an address or number as administrators may see it: masked; an app's id as it is."""
    if channel in TO_APPS or HIDDEN in recipient:
        return recipient
    return mask(recipient) if "@" in recipient or recipient.startswith("+") else HIDDEN
