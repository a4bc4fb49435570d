"""Messages about a change of email address or phone number: to the new, the old or a taken address."""

from __future__ import annotations

from typing import Any

from idp.messaging.codes import SMS
from idp.messaging.notices import EMAIL, Notice, message_context
from idp.messaging.sealed_secrets import SealedSecret
from idp.persistence.outbox import OutboxMessage
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

EMAIL_CHANGE = "email_change"
EMAIL_TAKEN = "email_taken"
CONTACT_CHANGED = "contact_changed"
PHONE_CHANGED = "phone_changed"


def enqueue_confirmation(tx: Transaction, user: User, *, address: str, link: SealedSecret, minutes: int) -> None:
    """Enqueue the link that confirms a new address, to that address.

    The address is not verified yet: the mail contains only the user name, and no text chosen by the person, or this
    server could be used to send it to any mailbox.
    """
    _enqueue(tx, user, EMAIL_CHANGE, to=address, name=user.username, minutes=minutes, **link.as_context())


def enqueue_address_taken(tx: Transaction, owner: User) -> None:
    """Notify the owner that another account tried to use their address."""
    _enqueue(tx, owner, EMAIL_TAKEN, to=owner.email or "", event=EMAIL_TAKEN)


def enqueue_contact_changed(
    tx: Transaction, user: User, notice: Notice, *, to: str, undo: SealedSecret, days: int
) -> None:
    """Notify of a change, with the link that undoes it for some days."""
    _enqueue(tx, user, CONTACT_CHANGED, to=to, event=notice, days=days, **undo.as_context())


def enqueue_number_changed(tx: Transaction, user: User, *, to: str) -> None:
    """Notify the old number, by text message, that it no longer belongs to the account."""
    context = {"user_id": user.id, "purpose": PHONE_CHANGED, **message_context(tx, user)}
    tx.outbox.enqueue(OutboxMessage(channel=SMS, recipient=to, template=PHONE_CHANGED, context=context))


def _enqueue(tx: Transaction, user: User, template: str, *, to: str, **more: Any) -> None:
    context = {"event": template, **message_context(tx, user), **more}
    tx.outbox.enqueue(OutboxMessage(channel=EMAIL, recipient=to, template=template, context=context))
