"""Security notices: the owner of an account is told of every change to what protects it."""

from __future__ import annotations

from enum import StrEnum

from idp.persistence.outbox import OutboxMessage
from idp.persistence.unit_of_work import Transaction
from idp.persistence.users import User

EMAIL = "email"


class Notice(StrEnum):
    """What is told; `templates/email/_events.txt` has the words."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a notice
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REPLACED = "authenticator_replaced"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    RECOVERY_CODES_REGENERATED = "recovery_codes_regenerated"
    RECOVERY_CODE_USED = "recovery_code_used"
    LAST_RECOVERY_CODE_USED = "last_recovery_code_used"
    DEVICE_REMEMBERED = "device_remembered"
    DEVICE_FORGOTTEN = "device_forgotten"
    SESSION_ENDED = "session_ended"
    SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"


def notify(tx: Transaction, user: User, notice: Notice) -> None:
    """Promise the person a mail about what this transaction does; nothing when no address is known."""
    if not user.email:
        return
    context = {
        "event": notice,
        "name": user.display_name,
        "when": tx.now,
        "user_agent": tx.origin.user_agent,
        "ip": tx.origin.address,
    }
    message = OutboxMessage(channel=EMAIL, recipient=user.email, template="security_notice", context=context)
    tx.outbox.promise(message)
