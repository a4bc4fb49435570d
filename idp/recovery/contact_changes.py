"""Changes of email address and phone number: proven at the new one, reported to the old one, undone from there.

    request_email_change   consume an attempt, store the change, enqueue a link to the new address   (write transaction)
    apply_change           once proven: store, raise the epoch, mail both addresses                  (write transaction)
    undo_change            the link in the old mailbox: restore, and revoke all access               (write transaction)

An address that is somebody else's gets the same response; only the mail differs, and it goes to its owner. What
is stored is what was proven, so no reset and no code ever goes to an address that was merely typed.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event, Outcome
from idp.kernel.clock import DAY, HOUR, MINUTE
from idp.kernel.handles import digest
from idp.login import devices
from idp.login.access_revocation import revoke_all_access
from idp.login.policy import rate_limits
from idp.messaging import contact_messages
from idp.messaging.notices import Notice, notify
from idp.messaging.sealed_secrets import seal_link
from idp.persistence.contact_changes import ContactChange, ContactKind
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.services import Services
from idp.web.mailed_link_paths import CONFIRM_EMAIL, UNDO_CHANGE

LIFE = HOUR
"""Seconds a new address has to be confirmed in: long enough for slow mail, short for a mistyped one."""
UNDO_WITHIN = 7 * DAY
"""Seconds. For as long the old address can take the change back."""
CHANGED = {
    ContactKind.EMAIL: (Event.EMAIL_CHANGED, Notice.EMAIL_CHANGED),
    ContactKind.PHONE: (Event.PHONE_CHANGED, Notice.PHONE_CHANGED),
}


def request_email_change(tx: Transaction, user: User, address: str, services: Services) -> bool:
    """Enqueue a link to a new address; False when this person, or anybody for this address, asked too often.

    It takes the place of what was asked before. Asked for the present address, it confirms that one.
    """
    own, its = rate_limits.contact_bucket(user.id), rate_limits.mailbox_bucket(address)
    allowed = tx.throttles.consume(own, rate_limits.CONTACT_LIMIT) and tx.throttles.consume(
        its, rate_limits.MAILBOX_LIMIT
    )
    if not allowed:
        audit.record(tx, Event.EMAIL_ASKED, Outcome.THROTTLED, user_id=user.id)
        return False
    tx.contact_changes.delete_pending(user.id, ContactKind.EMAIL)
    handle = services.entropy.token()
    tx.contact_changes.add(new_change(tx, user, ContactKind.EMAIL, address, name=digest(handle)))
    if owner := _other_owner(tx, user, address):
        contact_messages.enqueue_address_taken(tx, owner)
    else:
        link = seal_link(services.sealer, f"{CONFIRM_EMAIL}/{handle}")
        contact_messages.enqueue_confirmation(tx, user, address=address, link=link, minutes=LIFE // MINUTE)
    audit.record(tx, Event.EMAIL_ASKED, user_id=user.id)
    return True


def new_change(tx: Transaction, user: User, kind: ContactKind, new: str | None, *, name: str) -> ContactChange:
    """Return a change that is not made yet, with what it would replace; `name` is the digest by which it is claimed."""
    old, verified = {
        ContactKind.EMAIL: (user.email, user.email_verified),
        ContactKind.PHONE: (user.phone_number, user.phone_number_verified),
    }[kind]
    return ContactChange(
        digest=name,
        user_id=user.id,
        kind=kind,
        old=old,
        old_verified=verified,
        new=new,
        epoch=user.epoch,
        expires_at=tx.now + LIFE,
    )


def find_change(tx: Transaction, handle: str) -> tuple[ContactChange, User] | None:
    """Return the change a link confirms, and whose; None when it does not work, or no longer. Changes nothing."""
    return tx.contact_changes.pending(digest(handle))


def apply_change(tx: Transaction, change: ContactChange, user: User, services: Services) -> bool:
    """Claim a change and store it; with the epoch go pending sign-ins, mailed links and remembered devices.

    False when it was made, or the account changed, meanwhile. Sessions stay: whoever has one had it before.

    Raises:
        NameTaken: when the address became somebody else's; the transaction must be given up.
    """
    tx.users.lock([user.id])  # before the link, as a sign-in does: in one order they cannot block each other for good
    undo = services.entropy.token()
    if not tx.contact_changes.claim(change.digest, undo_digest=digest(undo), undo_until=tx.now + UNDO_WITHIN):
        return False
    previous_email = user.email
    tx.users.raise_epoch(user)
    user = _store(tx, user, ContactKind(change.kind), change.new, verified=change.new is not None)
    forgot = devices.forget_devices(tx, user.id)
    event, notice = CHANGED[ContactKind(change.kind)]
    audit.record(tx, event, user_id=user.id, removed=change.new is None)
    if change.old == change.new:
        return True  # the address is the same, and proven now: no mail, and nothing to undo
    if previous_email:
        link = seal_link(services.sealer, f"{UNDO_CHANGE}/{undo}")
        contact_messages.enqueue_contact_changed(
            tx, user, notice, to=previous_email, undo=link, days=UNDO_WITHIN // DAY, forgot_devices=forgot
        )
    if user.email != previous_email:
        notify(tx, user, notice, to=user.email, forgot_devices=forgot)
    return True


def find_undo(tx: Transaction, handle: str) -> ContactChange | None:
    """Return the change a link undoes; None when it does not work, or no longer. Changes nothing."""
    return tx.contact_changes.undoable(digest(handle))


def undo_change(tx: Transaction, change: ContactChange, *, by_administrator: bool = False) -> bool:
    """Put everything back as it was before a change, and end all that is open. False when that was done before.

    Later changes go back with it, and their links die: the next one's was mailed to whoever made this one. The link
    itself proves the old address; an administrator proves nothing.

    Raises:
        NameTaken: when the old address became somebody else's in this very moment; the transaction must be given up.
    """
    tx.users.lock([change.user_id])
    user = tx.users.by_id(change.user_id)
    if user is None or not tx.contact_changes.claim_undo(change.undo_digest or ""):
        return False
    tx.users.raise_epoch(user)
    previous_email = user.email
    first = {each.kind: each for each in (*tx.contact_changes.undo_later_changes(change), change)}
    for each in first.values():
        kind = ContactKind(each.kind)
        lost = kind is ContactKind.EMAIL and _other_owner(tx, user, each.old) is not None
        by_link = each is change and kind is ContactKind.EMAIL and not by_administrator
        proven = each.old_verified or by_link
        user = _store(tx, user, kind, None if lost else each.old, verified=proven and not lost)
    forgot = revoke_all_access(tx, user.id, reason="change undone")
    audit.record(tx, Event.CONTACT_UNDONE, user_id=user.id)
    notice = Notice.CONTACT_RESTORED_BY_ADMINISTRATOR if by_administrator else Notice.CONTACT_RESTORED
    for address in dict.fromkeys(filter(None, (user.email, previous_email))):
        notify(tx, user, notice, to=address, forgot_devices=forgot)
    return True


def _store(tx: Transaction, user: User, kind: ContactKind, value: str | None, *, verified: bool) -> User:
    setter = {ContactKind.EMAIL: tx.user_contacts.set_email, ContactKind.PHONE: tx.user_contacts.set_phone}[kind]
    return setter(user, value, verified=verified)


def _other_owner(tx: Transaction, user: User, address: str | None) -> User | None:
    """Return whom an address was given to since it was this person's, if to anybody."""
    owner = tx.users.by_identifier(address) if address else None
    return owner if owner is not None and owner.id != user.id else None
