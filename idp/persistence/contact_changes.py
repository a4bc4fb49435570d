"""Changes of email address or phone number: confirmed at the new one, reported to the old one, undone from there."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, delete, exists, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store
from idp.persistence.users import ACTIVE, User


class ContactKind(StrEnum):
    """What is changed."""

    EMAIL = "email"
    PHONE = "phone"


class ContactChange(Base):
    """A requested change, perhaps made.

    `digest` is that of the handle mailed to the new address (for a phone: of one that is never sent, since a code
    proves it); it works once, until `expires_at`, and only in the `epoch` of the request. `undo_digest` is that of the
    handle sent to the old address when the change is made; it works once, until `undo_until`, in any epoch. Each change
    raises the epoch, so `epoch` gives their order.
    """

    __tablename__ = "contact_changes"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]
    old_verified: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int]
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    made_at: Mapped[int | None]
    undo_digest: Mapped[str | None] = mapped_column(unique=True)
    undo_until: Mapped[int | None]
    undone_at: Mapped[int | None]


class ContactChangeStore(Store):
    """Stores requested, made and undone changes."""

    def add(self, change: ContactChange) -> None:
        """Insert a requested change."""
        change.created_at = self._now
        self._session.add(change)
        self._session.flush()

    def pending(self, digest: str) -> tuple[ContactChange, User] | None:
        """Return a change that can still be made, and its owner."""
        query = select(ContactChange, User).join(User, User.id == ContactChange.user_id)
        query = query.where(ContactChange.digest == digest, ContactChange.made_at.is_(None))
        query = query.where(ContactChange.expires_at > self._now, ContactChange.epoch == User.epoch)
        row = self._session.execute(query.where(User.status == ACTIVE)).one_or_none()
        return None if row is None else (row[0], row[1])

    def claim(self, digest: str, *, undo_digest: str | None, undo_until: int) -> bool:
        """Mark a change as made: one conditional statement, so at most one caller succeeds."""
        same_epoch = exists().where(
            User.id == ContactChange.user_id, User.epoch == ContactChange.epoch, User.status == ACTIVE
        )
        query = update(ContactChange).where(
            ContactChange.digest == digest, ContactChange.made_at.is_(None), ContactChange.expires_at > self._now
        )
        values = {"made_at": self._now, "undo_digest": undo_digest, "undo_until": undo_until}
        return self._execute(query.where(same_epoch).values(**values)) == 1

    def for_user(self, user_id: str) -> list[ContactChange]:
        """List a person's recent changes, oldest first."""
        query = select(ContactChange).where(ContactChange.user_id == user_id)
        return list(self._session.scalars(query.order_by(ContactChange.created_at)))

    def pending_for_user(self, user: User, kind: ContactKind) -> ContactChange | None:
        """Return the change this person can still make."""
        query = select(ContactChange).where(ContactChange.user_id == user.id, ContactChange.kind == kind)
        query = query.where(ContactChange.epoch == user.epoch, ContactChange.made_at.is_(None))
        return self._session.scalar(query.where(ContactChange.expires_at > self._now))

    def old_mailboxes(self, user_id: str) -> list[str]:
        """List the old addresses from which a change can still be undone, oldest first."""
        query = select(ContactChange.old).where(
            ContactChange.user_id == user_id, ContactChange.kind == ContactKind.EMAIL
        )
        query = query.where(ContactChange.undone_at.is_(None), ContactChange.undo_until > self._now)
        return list(filter(None, self._session.scalars(query.order_by(ContactChange.epoch))))

    def undoable(self, undo_digest: str) -> ContactChange | None:
        """Return a change that can still be undone."""
        return self._session.scalar(select(ContactChange).where(*self._undoable(undo_digest)))

    def claim_undo(self, undo_digest: str) -> bool:
        """Mark a change as undone; True for exactly one caller."""
        query = update(ContactChange).where(*self._undoable(undo_digest))
        return self._execute(query.values(undone_at=self._now)) == 1

    def undo_later_changes(self, change: ContactChange) -> list[ContactChange]:
        """Mark the person's later changes as undone; return them, latest first."""
        later = ContactChange.user_id == change.user_id, ContactChange.epoch > change.epoch
        standing = (*later, ContactChange.made_at.is_not(None), ContactChange.undone_at.is_(None))
        query = select(ContactChange).where(*standing).order_by(ContactChange.epoch.desc())
        found = list(self._session.scalars(query))
        self._execute(update(ContactChange).where(*standing).values(undone_at=self._now))
        return found

    def _undoable(self, undo_digest: str) -> tuple[ColumnElement[bool], ...]:
        named = ContactChange.undo_digest == undo_digest
        return named, ContactChange.undone_at.is_(None), ContactChange.undo_until > self._now

    def delete_pending(self, user_id: str, kind: ContactKind) -> None:
        """Delete this person's unfinished changes."""
        query = delete(ContactChange).where(ContactChange.user_id == user_id, ContactChange.kind == kind)
        self._execute(query.where(ContactChange.made_at.is_(None)))
