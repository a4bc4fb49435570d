"""Security notices: the account owner is notified of every change to credentials."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from idp.kernel.request_origin import LOCAL
from idp.language.reader import Reader
from idp.messaging.sealed_secrets import SealedSecret
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.outbox import OutboxMessage
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

EMAIL = "email"
SIGN_IN_ALERT = "sign_in_alert"
RESET_OFFER = "reset_offer"
RESET_BY_ADMINISTRATOR = "reset_by_administrator"
INVITATION = "invitation"
SIGN_IN_REQUEST = "sign_in_request"
ACCOUNT_CLOSED = "account_closed"


class Notice(StrEnum):
    """Types of notices; their text is in `templates/email/_events.txt`."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a notice
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a notice
    PASSWORD_SET_BY_ADMINISTRATOR = "password_set_by_administrator"  # noqa: S105 - the name of a notice
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REPLACED = "authenticator_replaced"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    SECOND_STEP_REMOVED_BY_ADMINISTRATOR = "second_step_removed_by_administrator"
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
    DEVICE_FORGOTTEN_BY_ADMINISTRATOR = "device_forgotten_by_administrator"
    EMAIL_CHANGED = "email_changed"
    EMAIL_CHANGED_BY_ADMINISTRATOR = "email_changed_by_administrator"
    PHONE_CHANGED = "phone_changed"
    PHONE_CHANGED_BY_ADMINISTRATOR = "phone_changed_by_administrator"
    CONTACT_RESTORED = "contact_restored"
    WRONG_CODES = "wrong_codes"
    SESSION_ENDED = "session_ended"
    SESSION_ENDED_BY_ADMINISTRATOR = "session_ended_by_administrator"
    SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"
    PROFILE_CHANGED_BY_ADMINISTRATOR = "profile_changed_by_administrator"
    SECOND_STEP_REQUIRED = "second_step_required"
    SECOND_STEP_OPTIONAL = "second_step_optional"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    SIGNED_OUT_BY_ADMINISTRATOR = "signed_out_by_administrator"
    DEVICES_FORGOTTEN = "devices_forgotten"
    UNLOCKED = "unlocked"
    CONTACT_RESTORED_BY_ADMINISTRATOR = "contact_restored_by_administrator"
    ROLES_CHANGED = "roles_changed"
    ADDED_TO_GROUP = "added_to_group"


def notify(tx: Transaction, user: User, notice: Notice, *, to: str | None = None, **facts: object) -> None:
    """Enqueue mail about this transaction's change; to the address `to`, or to all addresses of the person.

    `facts` are what the sentence of this notice names; `forgot_devices` says that devices had been remembered.

    These include old addresses while their change can be undone: a thief who changes the address first would otherwise
    be the only one notified. Without an address nothing is enqueued. If a session of the person made the change, the
    mail can end it.
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
    context = {"event": notice, **message_context(tx, user), **seated, **facts}
    for recipient in recipients.values():
        message = OutboxMessage(channel=EMAIL, recipient=recipient, template="security_notice", context=context)
        tx.outbox.enqueue(message)


def session_ref(user_id: str, sid: str, device_id: str | None) -> dict[str, str | None]:
    """Identify the session a mail is about."""
    return {"user_id": user_id, "sid": sid, "device_id": device_id}


def enqueue_account_closed(tx: Transaction, user: User, *, by_administrator: bool) -> None:
    """Enqueue the last mail of a closing account; call it before the address is erased."""
    if not user.email:
        return
    context = {"event": ACCOUNT_CLOSED, **message_context(tx, user), "by_administrator": by_administrator}
    message = OutboxMessage(channel=EMAIL, recipient=user.email, template=ACCOUNT_CLOSED, context=context)
    tx.outbox.enqueue(message)


def enqueue_sign_in_alert(tx: Transaction, user: User, link: SealedSecret) -> None:
    """Enqueue a mail asking whether this sign-in was theirs; nothing without an address."""
    if not user.email:
        return
    context = {"event": SIGN_IN_ALERT, **message_context(tx, user), **link.as_context()}
    message = OutboxMessage(channel=EMAIL, recipient=user.email, template=SIGN_IN_ALERT, context=context)
    tx.outbox.enqueue(message)


def enqueue_sign_in_request(tx: Transaction, user: User, *, app: str, minutes: int) -> None:
    """Enqueue a mail about an app that asks to sign this person in, for `minutes`; nothing without an address."""
    if not user.email:
        return
    context = {"event": SIGN_IN_REQUEST, **message_context(tx, user), "app": app, "minutes": minutes}
    tx.outbox.enqueue(OutboxMessage(channel=EMAIL, recipient=user.email, template=SIGN_IN_REQUEST, context=context))


def enqueue_password_reset(
    tx: Transaction,
    digest: str,
    *,
    link: SealedSecret,
    user: User | None,
    template: str = RESET_OFFER,
    **lasts: int,
) -> None:
    """Enqueue a mail to the owner of this password reset, if there is one; it says how long the link `lasts`."""
    context = {"event": template, **message_context(tx, user), **link.as_context(), **lasts} | {
        "username": user.username if user else ""
    }
    tx.outbox.enqueue_password_reset(digest, channel=EMAIL, template=template, context=context)


def message_context(tx: Transaction, user: User | None) -> dict[str, Any]:
    """Return recipient, language and request metadata for a message."""
    reader = Reader.from_profile(user.profile if user else {}, otherwise=tx.origin.language)
    origin = LOCAL if is_by_administrator(tx, user) else tx.origin  # nobody is told where an administrator sits
    return {
        "user_id": user.id if user else None,
        "name": user.display_name if user else "",
        "language": reader.language,
        "zone": reader.zone,
        "when": tx.now,
        "user_agent": origin.user_agent,
        "ip": origin.address,
    }


def is_by_administrator(tx: Transaction, user: User | None) -> bool:
    """Whether an administrator, and not the person, sent this request."""
    return tx.origin.actor_id is not None and (user is None or tx.origin.actor_id != user.id)
