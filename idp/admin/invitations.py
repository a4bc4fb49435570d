"""Mailed links with which a person chooses a password, sent by administrators, who never set or see one.

A person who has no password yet is *invited*; the link is that of a forgotten password, with a longer life and another
mail. It works once, ends by any change of password, address or factors, and the one sent before ends with the next.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.admin import Refused
from idp.audit import Event
from idp.kernel.clock import DAY
from idp.kernel.entropy import Entropy
from idp.kernel.text import Text
from idp.messaging.notices import INVITATION, RESET_BY_ADMINISTRATOR
from idp.messaging.sealed_secrets import Sealing
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.recovery import password_reset

INVITATION_DAYS = 7
RESET_DAYS = 1


@dataclass(frozen=True)
class Invitation:
    """A link that still works; `expires_at` is seconds, UTC."""

    expires_at: int


def is_invited(user: User) -> bool:
    """Whether the person has yet to choose a password and has no other way in."""
    return user.active and user.password_hash is None and not user.factor_kinds


def find_open(tx: Transaction, user: User) -> Invitation | None:
    """Return the link that a person can still use, if any."""
    link = tx.password_resets.open_for_user(user.id)
    return Invitation(link.expires_at) if link else None


def invite(tx: Transaction, user: User, entropy: Entropy, sealer: Sealing) -> None:
    """Mail a link to choose the first password; the one before stops working.

    Raises:
        Refused: the person has a password, no address, or is disabled.
    """
    if not is_invited(user):
        raise Refused(
            Text("{name} can sign in already. Send a link for a new password instead.", name=user.display_name)
        )
    _send(tx, user, entropy, sealer, template=INVITATION, days=INVITATION_DAYS)
    audit.record(tx, Event.INVITED, user_id=user.id)


def withdraw(tx: Transaction, user: User) -> None:
    """End the link of an invitation; raises `Refused` when there is none."""
    if not is_invited(user) or not tx.password_resets.delete_for_user(user.id):
        raise Refused(Text("There is no invitation to withdraw."))
    audit.record(tx, Event.INVITATION_WITHDRAWN, user_id=user.id)


def send_reset_link(tx: Transaction, user: User, entropy: Entropy, sealer: Sealing) -> None:
    """Mail a link to set a new password; until it is used nothing changes. Raises `Refused` without an address."""
    if is_invited(user):
        raise Refused(Text("{name} has no password yet. Send the invitation again instead.", name=user.display_name))
    _send(tx, user, entropy, sealer, template=RESET_BY_ADMINISTRATOR, days=RESET_DAYS)
    audit.record(tx, Event.RESET_SENT, user_id=user.id)


def _send(tx: Transaction, user: User, entropy: Entropy, sealer: Sealing, *, template: str, days: int) -> None:
    if not user.active:
        raise Refused(Text("The account is disabled. Enable it first."))
    if not user.email:
        raise Refused(Text("{name} has no email address. Add one first.", name=user.display_name), field="email")
    tx.password_resets.delete_for_user(user.id)
    link = password_reset.make_link(entropy, sealer, life=days * DAY)
    password_reset.enqueue_link(tx, user, link, template, days=days)
