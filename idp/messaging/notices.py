"""Security notices: a mail to the owner about every change to what protects the account."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from idp.language.reader import Reader
from idp.messaging.sealed import SealedSecret
from idp.persistence.outbox import OutboxMessage
from idp.persistence.transaction import Transaction
from idp.persistence.users import User, lookup_key

EMAIL = "email"
SIGN_IN_ALERT = "sign_in_alert"
RESET_OFFER = "reset_offer"
ACCOUNT_CLOSED = "account_closed"


class Notice(StrEnum):
    """The kinds of notice; `templates/email/_events.txt` has the words."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a notice
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a notice
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REPLACED = "authenticator_replaced"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    MESSAGE_CODES_ADDED = "message_codes_added"
    MESSAGE_CODES_REMOVED = "message_codes_removed"
    RECOVERY_CODES_REGENERATED = "recovery_codes_regenerated"
    RECOVERY_CODE_USED = "recovery_code_used"
    LAST_RECOVERY_CODE_USED = "last_recovery_code_used"
    DEVICE_REMEMBERED = "device_remembered"
    DEVICE_FORGOTTEN = "device_forgotten"
    EMAIL_CHANGED = "email_changed"
    PHONE_CHANGED = "phone_changed"
    CONTACT_RESTORED = "contact_restored"
    SESSION_ENDED = "session_ended"
    SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"


def notify(tx: Transaction, user: User, notice: Notice, *, to: str | None = None) -> None:
    """Enqueue a mail to the person about what this transaction does; to all their addresses, or to `to` alone.

    Those are their address and, while a change of it can be undone, the ones of before: a thief who changes it first
    would else be the only one who learns what they set up next. Nothing is sent when no address is known. Where a
    session of theirs made the change, the mail names it, so that it can be ended from there.
    """
    recipients = dict[str, str]()
    for address in [to] if to else (user.email, *tx.contact_changes.old_mailboxes(user.id)):
        if address:
            recipients.setdefault(lookup_key(address), address)
    if not recipients:
        return
    session = tx.sessions.by_handle(tx.origin.session) if tx.origin.session else None
    own = session is not None and session.user_id == user.id
    seated = session_ref(user.id, session.sid, session.device_id) if session and own else {}
    context = {"event": notice, **message_context(tx, user), **seated}
    for recipient in recipients.values():
        message = OutboxMessage(channel=EMAIL, recipient=recipient, template="security_notice", context=context)
        tx.outbox.enqueue(message)


def session_ref(user_id: str, sid: str, device_id: str | None) -> dict[str, str | None]:
    """Which session a mail is about."""
    return {"user_id": user_id, "sid": sid, "device_id": device_id}


def enqueue_account_closed(tx: Transaction, user: User) -> None:
    """Enqueue the last mail of an account that is being closed; call it while the address is still known."""
    if not user.email:
        return
    context = {"event": ACCOUNT_CLOSED, **message_context(tx, user)}
    message = OutboxMessage(channel=EMAIL, recipient=user.email, template=ACCOUNT_CLOSED, context=context)
    tx.outbox.enqueue(message)


def enqueue_sign_in_alert(tx: Transaction, user: User, link: SealedSecret) -> None:
    """Enqueue the mail that asks whether this transaction's sign-in was theirs; nothing without an address."""
    if not user.email:
        return
    context = {"event": SIGN_IN_ALERT, **message_context(tx, user), **link.as_context()}
    message = OutboxMessage(channel=EMAIL, recipient=user.email, template=SIGN_IN_ALERT, context=context)
    tx.outbox.enqueue(message)


def enqueue_password_reset(
    tx: Transaction, digest: str, *, link: SealedSecret, user: User | None, minutes: int
) -> None:
    """Enqueue a mail to the user of the password reset with this digest; to nobody if there is none."""
    context = {"event": RESET_OFFER, **message_context(tx, user), **link.as_context(), "minutes": minutes}
    tx.outbox.enqueue_password_reset(digest, channel=EMAIL, template=RESET_OFFER, context=context)


def message_context(tx: Transaction, user: User | None) -> dict[str, Any]:
    """Return what every message contains: its reader, and the request that caused it."""
    reader = Reader.from_profile(user.profile if user else {}, otherwise=tx.origin.language)
    return {
        "name": user.display_name if user else "",
        "language": reader.language,
        "zone": reader.zone,
        "when": tx.now,
        "user_agent": tx.origin.user_agent,
        "ip": tx.origin.address,
    }
