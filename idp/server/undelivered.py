"""What is recorded, in the same transaction, when a message is given up."""

from __future__ import annotations

from idp import audit
from idp.audit import Event, Outcome
from idp.messaging.logouts import SESSION, SUBJECT
from idp.persistence.outbox import OutboxMessage
from idp.persistence.transaction import Transaction


def mail(tx: Transaction, message: OutboxMessage, reason: str) -> None:
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


def text(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    """The person waited for it, so it is told in their own history; the number stays out of it."""
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


def logout(tx: Transaction, message: OutboxMessage, reason: str) -> None:
    """The person may be signed in at that app still, so it is told in their own history."""
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
