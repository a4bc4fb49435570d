"""What an administrator does to one account: access, devices, rate limits, verified addresses, and its end.

The caller has found the person by `users.find_to_change`. Each is recorded and mailed to the person.
"""

from __future__ import annotations

from idp import audit
from idp.admin import LAST_OWNER, Refused
from idp.admin.user_changes import ClaimChanges, set_claims
from idp.admin.users import CONCURRENT_CHANGE, TAKEN, reset_rate_limits
from idp.audit import Event
from idp.config import Settings
from idp.kernel.text import Text
from idp.login.access_revocation import end_sessions
from idp.messaging.notices import Notice, notify
from idp.persistence.transaction import Transaction
from idp.persistence.users import NameTaken, User
from idp.recovery import contact_changes
from idp.recovery.account_closing import LastOwner, close_account

REASON = "signed out by an administrator"


def sign_out(tx: Transaction, user: User) -> None:
    """End every session and every app's access; remembered devices stay."""
    tx.users.lock([user.id])  # a sign-in about to open a session waits, or is ended too
    end_sessions(tx, user.id, reason=REASON)
    tx.grants.revoke_for_user(user.id)
    notify(tx, user, Notice.SIGNED_OUT_BY_ADMINISTRATOR)


def forget_devices(tx: Transaction, user: User) -> int:
    """Stop remembering the person's devices; return how many there were.

    Raises:
        Refused: none is remembered.
    """
    forgotten = tx.devices.distrust(user_id=user.id)
    if not forgotten:
        raise Refused(Text("No device of {name} is remembered.", name=user.display_name))
    audit.record(tx, Event.DEVICE_FORGOTTEN, user_id=user.id, by="administrator", devices=forgotten)
    notify(tx, user, Notice.DEVICES_FORGOTTEN)
    return forgotten


def unlock(tx: Transaction, user: User) -> None:
    """Reset what was counted of wrong passwords and codes, so that the person can try again at once."""
    counters = reset_rate_limits(tx, user)
    audit.record(tx, Event.USER_UNLOCKED, user_id=user.id, counters=counters)
    notify(tx, user, Notice.UNLOCKED)


def verify_email(tx: Transaction, user: User, settings: Settings) -> None:
    """Mark the email address as verified: the administrator knows that it is the person's. Raises `Refused`."""
    set_claims(tx, user, ClaimChanges(email_verified=True), settings)


def undo_contact_change(tx: Transaction, user: User, digest: str) -> None:
    """Undo a change of address or number, and every later one; all access ends.

    Raises:
        Refused: it cannot be undone any more; the transaction must be rolled back.
    """
    change = next((each for each in tx.contact_changes.undoable_for_user(user.id) if each.digest == digest), None)
    if change is None:
        raise Refused(Text("This change cannot be undone any more."))
    try:
        if not contact_changes.undo_change(tx, change, by_administrator=True):
            raise Refused(Text("This change cannot be undone any more."))
    except NameTaken:
        raise Refused(TAKEN) from None


def delete(tx: Transaction, user: User, settings: Settings) -> None:
    """Close the account for good: everything about the person is erased but the `sub`, which is never given again.

    Raises:
        Refused: it is the last owner's, or somebody else changed the account.
    """
    try:
        if not close_account(tx, user, settings, by_administrator=True):
            raise Refused(CONCURRENT_CHANGE)
    except LastOwner:
        raise Refused(LAST_OWNER) from None
