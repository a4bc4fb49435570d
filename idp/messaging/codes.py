"""One-time codes by mail, text message or WhatsApp.

The code is sealed while it waits in the outbox. It is retried within seconds, and abandoned once it has expired.
"""

from __future__ import annotations

from idp.messaging.notices import message_context
from idp.messaging.sealed_secrets import SealedSecret
from idp.persistence.outbox import OutboxMessage
from idp.persistence.sent_codes import CodePurpose
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

SMS, WHATSAPP = "sms", "whatsapp"
CODE = "code"


def send_code(
    tx: Transaction,
    user: User,
    *,
    channel: str,
    recipient: str,
    sealed: SealedSecret,
    purpose: CodePurpose,
    minutes: int,
) -> None:
    """Enqueue a code valid for `minutes`, to an address or E.164 number of this person."""
    about = {"user_id": user.id, "purpose": purpose, "minutes": minutes}
    context = about | message_context(tx, user) | sealed.as_context()
    tx.outbox.enqueue(OutboxMessage(channel=channel, recipient=recipient, template=CODE, context=context))
