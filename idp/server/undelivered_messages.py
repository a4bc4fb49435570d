"""Audit records of abandoned messages, in the same transaction."""

from __future__ import annotations

from idp import audit
from idp.audit import Event, Outcome
from idp.factors.sent_code import mask
from idp.messaging.logout_notifications import SESSION, SUBJECT
from idp.persistence.outbox import OutboxMessage
from idp.persistence.transaction import Transaction


def record_mail(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    """Record an abandoned mail for the operator, who alone can fix it; the trail outlives the account, so masked."""
    audit.record(
        tx,
        Event.MAIL_ABANDONED,
        Outcome.FAILURE,
        template=message.template,
        recipient=mask(message.recipient),
        attempts=message.attempts + 1,
        reason=reason[: audit.MAX_TEXT],
    )


def record_text(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    """Record an abandoned text in the person's history, without the number."""
    audit.record(
        tx,
        Event.MESSAGE_ABANDONED,
        Outcome.FAILURE,
        user_id=message.context["user_id"],
        channel=message.channel,
        purpose=message.context["purpose"],
        attempts=message.attempts + 1,
        reason=reason[: audit.MAX_TEXT],
    )


def record_ping(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    """Record an abandoned ping: the client that waits for it may think that nobody answered."""
    audit.record(
        tx,
        Event.PING_ABANDONED,
        Outcome.FAILURE,
        user_id=message.context["user_id"],
        client_id=message.recipient,
        attempts=message.attempts + 1,
        reason=reason[: audit.MAX_TEXT],
    )


def record_logout(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    """Record an abandoned logout in the person's history: they may still be signed in there."""
    audit.record(
        tx,
        Event.LOGOUT_ABANDONED,
        Outcome.FAILURE,
        user_id=message.context[SUBJECT],
        client_id=message.recipient,
        sid=message.context[SESSION],
        attempts=message.attempts + 1,
        reason=reason[: audit.MAX_TEXT],
    )
