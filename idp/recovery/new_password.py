"""A person's new password, wherever it is set: what it must be, and what it ends."""

from __future__ import annotations

from enum import StrEnum

from idp import audit
from idp.audit import Event
from idp.config import Settings
from idp.factors import password
from idp.factors.breached_passwords import BreachedPasswords
from idp.factors.password import Strength
from idp.kernel.text import Text
from idp.login.access_revocation import revoke_all_access
from idp.login.state.person import Person
from idp.messaging.notices import Notice, notify
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

NAMES = ("name", "given_name", "family_name", "nickname")
EMPTY = Text("Enter a new password of at most {most} characters.", most=password.LONGEST)


class ChangedBy(StrEnum):
    """Who set it, for the audit trail."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    LINK = "mailed link"


NOTICES = {
    ChangedBy.OWNER: Notice.PASSWORD_CHANGED,
    ChangedBy.ADMINISTRATOR: Notice.PASSWORD_SET_BY_ADMINISTRATOR,
    ChangedBy.LINK: Notice.PASSWORD_RESET,
}


def min_length(settings: Settings, *, single_factor: bool) -> int:
    """Return the least length in characters: greater where it is the only factor (NIST SP 800-63B section 3.1.1.2)."""
    return settings.password_min_length_alone if single_factor else settings.password_min_length


def check_new_password(
    candidate: str, user: User, settings: Settings, breached: BreachedPasswords | None, *, single_factor: bool
) -> Strength:
    """Return how strong this new password is, and why it is refused. `single_factor`: no second step follows."""
    mailbox = (user.email or "").partition("@")[0]
    names = [str(user.profile.get(claim) or "") for claim in NAMES]
    own_words = (settings.brand, settings.host, user.username, mailbox, *names)
    return password.check_strength(
        candidate, min_length=min_length(settings, single_factor=single_factor), own_words=own_words, breached=breached
    )


def password_error(candidate: str, person: Person, breached: BreachedPasswords | None) -> Text | None:
    """Return why the person themselves cannot have it, as a sentence: its `strength`, or because it is missing.

    The current password is accepted: refusing it would let the holder of a mailed link guess it without limit.
    """
    if not candidate:
        return EMPTY
    return check_new_password(
        candidate, person.user, person.settings, breached, single_factor=not person.has_second_step
    ).problem


def replace_password(
    tx: Transaction, user: User, password_hash: str, *, by: ChangedBy, keep_sid: str | None = None
) -> bool:
    """Store a new password, revoke all access, and notify the owner; False when another change came first.

    Every session but perhaps one, pending sign-in, mailed link, remembered device and grant is over; the second step
    stays as it is. Grants go also when their session stays: its apps get new tokens without asking, a thief of the old
    ones does not.
    """
    if not tx.users.raise_epoch(user):
        return False
    tx.users.set_password_hash(user, password_hash)
    forgot = revoke_all_access(tx, user.id, reason="password changed", keep_sid=keep_sid)
    audit.record(tx, Event.PASSWORD_CHANGED, user_id=user.id, sid=keep_sid, by=by)
    notify(tx, user, NOTICES[by], forgot_devices=forgot)
    return True
