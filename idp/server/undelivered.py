"""What is recorded, in the same transaction, when a message is given up."""

from __future__ import annotations

from idp import audit
from idp.audit import Event, Outcome
from idp.messaging.logouts import SESSION, SUBJECT
from idp.persistence.outbox import OutboxMessage
from idp.persistence.transaction import Transaction


def record_mail(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    """Nobody but the operator can mend it."""
    audit.record(
        tx,
        Event.MAIL_ABANDONED,
        Outcome.FAILURE,
        template=message.template,
        recipient=message.recipient,
        attempts=message.attempts + 1,
        reason=reason[: audit.MAX_TEXT],
    )


def record_text(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    """Audit it for the person, who waited for it; without the number."""
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


def record_logout(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    """Audit it for the person, who may still be signed in to that client."""
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
