"""Security notices: the owner of an account is told of every change to what protects it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from idp.language.reader import Reader
from idp.persistence.outbox import OutboxMessage
from idp.persistence.unit_of_work import Transaction
from idp.persistence.users import User

EMAIL = "email"
SIGN_IN_ALERT = "sign_in_alert"
RESET_OFFER = "reset_offer"


@dataclass(frozen=True)
class SealedPath:
    """A path of ours that only its reader may know, sealed under a name until the letter is written."""

    name: str
    sealed: str

    def as_context(self) -> dict[str, str]:
        """As kept in the outbox."""
        return {"path_name": self.name, "sealed_path": self.sealed}

    @classmethod
    def of(cls, context: Mapping[str, Any]) -> Self | None:
        """What `as_context` kept; None for a letter without a link of its own."""
        return cls(context["path_name"], context["sealed_path"]) if "sealed_path" in context else None


class Notice(StrEnum):
    """What is told; `templates/email/_events.txt` has the words."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a notice
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a notice
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REPLACED = "authenticator_replaced"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
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
    context = {"event": notice, **_facts(tx, user)}
    message = OutboxMessage(channel=EMAIL, recipient=user.email, template="security_notice", context=context)
    tx.outbox.promise(message)


def ask_about_sign_in(tx: Transaction, user: User, link: SealedPath) -> None:
    """Promise the person a mail that asks whether this transaction's sign-in was theirs; not without an address."""
    if not user.email:
        return
    context = {"event": SIGN_IN_ALERT, **_facts(tx, user), **link.as_context()}
    message = OutboxMessage(channel=EMAIL, recipient=user.email, template=SIGN_IN_ALERT, context=context)
    tx.outbox.promise(message)


def offer_reset(tx: Transaction, digest: str, *, link: SealedPath, user: User | None, minutes: int) -> None:
    """Promise a mail to whomever the password reset of this digest was made for, and nobody if none was."""
    context = {"event": RESET_OFFER, **_facts(tx, user), **link.as_context(), "minutes": minutes}
    tx.outbox.promise_reset(digest, channel=EMAIL, template=RESET_OFFER, context=context)


def _facts(tx: Transaction, user: User | None) -> dict[str, Any]:
    """Who is addressed, in which words, and what every letter says of the request that caused it."""
    reader = Reader.of(user.profile if user else {}, otherwise=tx.origin.language)
    return {
        "name": user.display_name if user else "",
        "language": reader.language,
        "zone": reader.zone,
        "when": tx.now,
        "user_agent": tx.origin.user_agent,
        "ip": tx.origin.address,
    }
