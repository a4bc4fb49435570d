"""Changes of email address or phone number: confirmed at the new one, reported to the old one, undone from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, String, Table, delete, exists, select, update

from idp.persistence.base import METADATA, Store, given, given_list, pair
from idp.persistence.users import User, owner_in_epoch, users


class ContactKind(StrEnum):
    """What is changed."""

    EMAIL = "email"
    PHONE = "phone"


contact_changes = Table(
    "contact_changes",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), index=True, nullable=False),
    Column("kind", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("old", String),
    Column("new", String),
    Column("old_verified", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("made_at", BigInteger),
    Column("undo_digest", String, unique=True),
    Column("undo_until", BigInteger),
    Column("undone_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class ContactChange:
    """A requested change, perhaps made.

    `digest` is that of the handle mailed to the new address (for a phone: of one that is never sent, since a code
    proves it); it works once, until `expires_at`, and only in the `epoch` of the request. `undo_digest` is that of the
    handle sent to the old address when the change is made; it works once, until `undo_until`, in any epoch. Each change
    raises the epoch, so `epoch` gives their order.
    """

    digest: str
    user_id: str
    kind: str
    epoch: int
    expires_at: int
    old: str | None = None
    new: str | None = None
    old_verified: bool = False
    created_at: int = 0
    made_at: int | None = None
    undo_digest: str | None = None
    undo_until: int | None = None
    undone_at: int | None = None


UNMADE = (
    contact_changes.c.digest == given("digest"),
    contact_changes.c.made_at.is_(None),
    contact_changes.c.expires_at > given("now"),
)
OF_OWNER = owner_in_epoch(contact_changes)
PENDING = select(contact_changes, users).where(*UNMADE, *OF_OWNER)
CLAIM = (
    update(contact_changes)
    .where(*UNMADE, exists().where(*OF_OWNER))
    .values(made_at=given("now"), undo_digest=given("undo_digest"), undo_until=given("undo_until"))
)
OF_USER = contact_changes.c.user_id == given("user_id")
OF_KIND = contact_changes.c.kind == given("kind")
FOR_USER = select(contact_changes).where(OF_USER).order_by(contact_changes.c.created_at)
PENDING_FOR_USER = select(contact_changes).where(
    OF_USER,
    OF_KIND,
    contact_changes.c.epoch == given("epoch"),
    contact_changes.c.made_at.is_(None),
    contact_changes.c.expires_at > given("now"),
)
STANDING = (contact_changes.c.undone_at.is_(None), contact_changes.c.undo_until > given("now"))
OLD_MAILBOXES = (
    select(contact_changes.c.old)
    .where(OF_USER, contact_changes.c.kind == ContactKind.EMAIL, *STANDING)
    .order_by(contact_changes.c.epoch)
)
OF_UNDO = contact_changes.c.undo_digest == given("undo_digest")
UNDOABLE = select(contact_changes).where(OF_UNDO, *STANDING)
CLAIM_UNDO = update(contact_changes).where(OF_UNDO, *STANDING).values(undone_at=given("now"))
UNDOABLE_FOR_USER = (
    select(contact_changes)
    .where(OF_USER, contact_changes.c.made_at.is_not(None), *STANDING)
    .order_by(contact_changes.c.epoch.desc())
)
LATER = (
    OF_USER,
    contact_changes.c.epoch > given("epoch"),
    contact_changes.c.made_at.is_not(None),
    *STANDING,
)
LATER_CHANGES = select(contact_changes).where(*LATER).order_by(contact_changes.c.epoch.desc())
UNDO_LATER = update(contact_changes).where(*LATER).values(undone_at=given("now"))
END_UNDO = (
    update(contact_changes)
    .where(OF_USER, contact_changes.c.kind.in_(given_list("kinds")), *STANDING)
    .values(undo_until=given("now"))
)
DELETE_PENDING = delete(contact_changes).where(OF_USER, OF_KIND, contact_changes.c.made_at.is_(None))


class ContactChangeStore(Store):
    """Stores requested, made and undone changes."""

    def add(self, change: ContactChange) -> None:
        """Insert a requested change."""
        self._db.insert(contact_changes, replace(change, created_at=self._now))

    def pending(self, digest: str) -> tuple[ContactChange, User] | None:
        """Return a change that can still be made, and its owner."""
        return pair(self._db.row(PENDING, digest=digest, now=self._now), ContactChange, User)

    def claim(self, digest: str, *, undo_digest: str | None, undo_until: int) -> bool:
        """Mark a change as made: one conditional statement, so at most one caller succeeds."""
        undo = {"undo_digest": undo_digest, "undo_until": undo_until}
        return self._db.change(CLAIM, digest=digest, now=self._now, **undo) == 1

    def for_user(self, user_id: str) -> list[ContactChange]:
        """List a person's recent changes, oldest first."""
        return self._db.all(ContactChange, FOR_USER, user_id=user_id)

    def pending_for_user(self, user: User, kind: ContactKind) -> ContactChange | None:
        """Return the change this person can still make."""
        whose = {"user_id": user.id, "epoch": user.epoch}
        return self._db.one_or_none(ContactChange, PENDING_FOR_USER, **whose, kind=kind, now=self._now)

    def old_mailboxes(self, user_id: str) -> list[str]:
        """List the old addresses from which a change can still be undone, oldest first."""
        return list(filter(None, self._db.scalars(OLD_MAILBOXES, user_id=user_id, now=self._now)))

    def undoable(self, undo_digest: str) -> ContactChange | None:
        """Return a change that can still be undone."""
        return self._db.one_or_none(ContactChange, UNDOABLE, undo_digest=undo_digest, now=self._now)

    def undoable_for_user(self, user_id: str) -> list[ContactChange]:
        """List a person's changes that can still be undone, latest first."""
        return self._db.all(ContactChange, UNDOABLE_FOR_USER, user_id=user_id, now=self._now)

    def claim_undo(self, undo_digest: str) -> bool:
        """Mark a change as undone; True for exactly one caller."""
        return self._db.change(CLAIM_UNDO, undo_digest=undo_digest, now=self._now) == 1

    def undo_later_changes(self, change: ContactChange) -> list[ContactChange]:
        """Mark the person's later changes as undone; return them, latest first."""
        later = {"user_id": change.user_id, "epoch": change.epoch}
        found = self._db.all(ContactChange, LATER_CHANGES, **later, now=self._now)
        self._db.change(UNDO_LATER, **later, now=self._now)
        return found

    def end_undo(self, user_id: str, kinds: Sequence[ContactKind]) -> None:
        """Let none of the changes of these kinds be undone any more."""
        self._db.change(END_UNDO, user_id=user_id, kinds=list(kinds), now=self._now)

    def delete_pending(self, user_id: str, kind: ContactKind) -> None:
        """Delete this person's unfinished changes."""
        self._db.change(DELETE_PENDING, user_id=user_id, kind=kind)
