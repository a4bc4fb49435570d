"""Messages about a new address, email or phone: to the new, the old or a taken one."""

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
REGISTRATION = "registration"
REGISTRATION_TAKEN = "registration_taken"


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
    tx: Transaction, user: User, notice: Notice, *, to: str, undo: SealedSecret, days: int, forgot_devices: bool
) -> None:
    """Notify of a change, with the link that undoes it for some days."""
    _enqueue(
        tx, user, CONTACT_CHANGED, to=to, event=notice, days=days, forgot_devices=forgot_devices, **undo.as_context()
    )


def enqueue_number_changed(tx: Transaction, user: User, *, to: str) -> None:
    """Notify the old number, by text message, that it no longer belongs to the account."""
    context = {"user_id": user.id, "purpose": PHONE_CHANGED, **message_context(tx, user)}
    tx.outbox.enqueue(OutboxMessage(channel=SMS, recipient=to, template=PHONE_CHANGED, context=context))


def enqueue_registration(tx: Transaction, address: str, *, link: SealedSecret, minutes: int) -> None:
    """Enqueue the link that creates an account, to an address that nobody has proven yet.

    The mail contains no text chosen by whoever asked, or this server could be used to send it to any mailbox.
    """
    context = {"event": REGISTRATION, **message_context(tx, None), "name": address, "minutes": minutes}
    _send(tx, REGISTRATION, to=address, context=context | link.as_context())


def enqueue_registration_taken(tx: Transaction, owner: User) -> None:
    """Notify the owner of an account that somebody wanted to create one with their address."""
    _enqueue(tx, owner, REGISTRATION_TAKEN, to=owner.email or "")


def _enqueue(tx: Transaction, user: User, template: str, *, to: str, **more: Any) -> None:
    context = {"event": template, **message_context(tx, user), **more}
    _send(tx, template, to=to, context=context)


def _send(tx: Transaction, template: str, *, to: str, context: dict[str, Any]) -> None:
    tx.outbox.enqueue(OutboxMessage(channel=EMAIL, recipient=to, template=template, context=context))
