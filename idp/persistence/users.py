"""People: identity, credentials and the epoch."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import JSON, ColumnElement, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from idp.kernel.email_addresses import ascii_domain
from idp.persistence.base import Base, Store

ACTIVE = "active"
DISABLED = "disabled"
CLOSED = "closed"


class NameTaken(Exception):
    """The user name or email address belongs to another account."""


INVISIBLE = "Cf"
"""Unicode's format characters: zero-width joiners, soft hyphens, direction marks."""
NOBODY = "\u2060"
"""The key of a closed account begins with this character, which no typed name can contain."""


def lookup_key(name: str) -> str:
    """Normalize a name for comparison: NFKC, case-folded, without invisible characters, against look-alikes.

    The domain of an address is in ASCII, so that both forms of an internationalised one are the same (RFC 5890).
    """
    seen = "".join(character for character in name if unicodedata.category(character) != INVISIBLE)
    plain = unicodedata.normalize("NFKC", seen).strip()
    local, at, domain = plain.rpartition("@")
    if at and (ascii_form := ascii_domain(domain)):
        return f"{_folded(local)}@{ascii_form}"
    return _folded(plain)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.casefold()).strip()


class User(Base):
    """One person.

    `id` is the OIDC `sub`, never reused: of a closed account nothing else is left. `epoch` grows with every change of
    password or factors; login flows and remembered devices are valid only in the epoch they were made in.
    `profile` holds the standard claims of OIDC Core section 5.1 that are not columns of their own.
    `second_step_due_at` (seconds, UTC) is the end of the one grace window a person gets who must have a second step.
    """

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str]
    username_key: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]
    email_key: Mapped[str | None] = mapped_column(unique=True)
    email_verified: Mapped[bool] = mapped_column(default=False)
    phone_number: Mapped[str | None]
    phone_number_verified: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[int]
    status: Mapped[str] = mapped_column(default=ACTIVE)
    second_step_required: Mapped[bool] = mapped_column(default=False)
    second_step_due_at: Mapped[int | None]
    epoch: Mapped[int] = mapped_column(default=1)
    profile: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[int]
    updated_at: Mapped[int]

    @property
    def active(self) -> bool:
        """Whether this account may be used at all."""
        return self.status == ACTIVE

    @property
    def display_name(self) -> str:
        """Return what we call the person on a page."""
        return str(self.profile.get("name") or self.username)


class UserStore(Store):
    """Stores people."""

    def by_id(self, user_id: str) -> User | None:
        """Return the person with this `sub`, active or not."""
        return self._session.get(User, user_id, populate_existing=True)

    def by_identifier(self, identifier: str) -> User | None:
        """Return the person of this user name or email address; a user name has no `@`."""
        key = lookup_key(identifier)
        return self._session.scalar(select(User).where(or_(User.username_key == key, User.email_key == key)))

    def sample_password_hashes(self, limit: int) -> list[str]:
        """Return some people's hashes: ids are random, so those first in their order are a random sample."""
        query = select(User.password_hash).where(User.password_hash.is_not(None)).order_by(User.id).limit(limit)
        return [encoded for encoded in self._session.scalars(query) if encoded]

    def lock(self, user_ids: Iterable[str]) -> None:
        """Lock these people's credentials until the transaction ends.

        Without the lock, on PostgreSQL, a sign-in begun with the old password could open its session just after the
        change ended all sessions.
        """
        query = select(User.id).where(User.id.in_(sorted(user_ids))).order_by(User.id)
        self._session.execute(query.with_for_update(key_share=True))

    def add(self, user: User) -> None:
        """Insert a person.

        Raises:
            NameTaken: when user name or email address is taken, also in another spelling, or the user name has an `@`.
        """
        user.username_key = lookup_key(user.username)
        if "@" in user.username_key:
            raise NameTaken
        user.email_key = lookup_key(user.email) if user.email else None
        user.created_at = user.updated_at = user.password_changed_at = self._now
        self._session.add(user)
        try:
            self._session.flush()
        except IntegrityError as error:
            raise NameTaken from error

    def listed(self, *, limit: int = 1000, after: str = "", search: str = "") -> list[User]:
        """List people in order of user name, from the one behind the name `after`.

        `search` is part of the user name, the address or the name; in names, how case is ignored beyond ASCII depends
        on the database.
        """
        query = select(User).where(User.username_key > lookup_key(after), User.status != CLOSED)
        if search:
            keys = (User.username_key, User.email_key)
            name = User.profile["name"].as_string()
            found = [key.contains(lookup_key(search), autoescape=True) for key in keys]
            query = query.where(or_(*found, name.icontains(search, autoescape=True)))
        return list(self._session.scalars(query.order_by(User.username_key).limit(limit)))

    def count(self) -> int:
        """Return how many accounts there are."""
        return int(self._session.scalar(select(func.count()).select_from(User).where(User.status != CLOSED)) or 0)

    def raise_epoch(self, user: User) -> bool:
        """Claim a change of this person's credentials; False when another change came first."""
        if not self._change(user, User.epoch == user.epoch, epoch=user.epoch + 1):
            return False
        self._session.refresh(user, ["epoch"])
        return True

    def set_password_hash(self, user: User, password_hash: str) -> None:
        """Store a changed password; the caller also raises the epoch and ends what must end."""
        self._change(user, password_hash=password_hash, password_changed_at=self._now)

    def rehash_password(self, user: User, password_hash: str) -> None:
        """Store the same password under newer parameters, unless it was changed concurrently."""
        self._change(user, User.password_hash == user.password_hash, password_hash=password_hash)

    def set_profile(self, user: User, profile: dict[str, Any]) -> None:
        """Store the person's profile claims."""
        self._change(user, profile=profile)

    def set_email(self, user: User, email: str | None, *, verified: bool) -> None:
        """Store an address; the caller has raised the epoch.

        Raises:
            NameTaken: when it is another's, also in another spelling; this transaction can only be rolled back.
        """
        key = lookup_key(email) if email else None
        try:
            self._change(user, email=email, email_key=key, email_verified=verified)
        except IntegrityError as error:
            raise NameTaken from error
        self._session.refresh(user, ["email", "email_verified"])

    def set_phone(self, user: User, number: str | None, *, verified: bool) -> None:
        """Store a number in E.164 form; the caller has raised the epoch."""
        self._change(user, phone_number=number, phone_number_verified=verified)
        self._session.refresh(user, ["phone_number", "phone_number_verified"])

    def prove_email(self, user: User, address: str) -> None:
        """Mark the address as verified, if it is the person's current one."""
        self._change(user, User.email == address, email_verified=True)

    def prove_phone(self, user: User, number: str) -> None:
        """Store the number as verified, if the person has none or this one.

        `number` is E.164.
        """
        own = or_(User.phone_number.is_(None), User.phone_number == number)
        self._change(user, own, phone_number=number, phone_number_verified=True)

    def set_status(self, user: User, status: str) -> None:
        """Enable or disable an account."""
        self._change(user, status=status)

    def close(self, user: User) -> None:
        """Erase a person except their `id`; user name and address are free again."""
        nothing: dict[str, Any] = {
            "email": None,
            "email_key": None,
            "phone_number": None,
            "password_hash": None,
            "profile": {},
        }
        no = {"email_verified": False, "phone_number_verified": False, "second_step_required": False}
        key = NOBODY + user.id
        self._change(user, status=CLOSED, username=CLOSED, username_key=key, second_step_due_at=None, **nothing, **no)

    def require_second_step(self, user: User, required: bool) -> None:  # noqa: FBT001 - reads as the setting does
        """Set the administrator's `Required` / `Not required`."""
        self._change(user, second_step_required=required)

    def begin_grace(self, user: User, due_at: int) -> bool:
        """Store the end of this person's grace window (seconds, UTC); False when they were given theirs before."""
        return self._change(user, User.second_step_due_at.is_(None), second_step_due_at=due_at)

    def end_grace(self, user: User) -> None:
        """Let the grace window end now, unless it is over; one that never began will not."""
        open_still = or_(User.second_step_due_at.is_(None), User.second_step_due_at > self._now)
        self._change(user, open_still, second_step_due_at=self._now)

    def _change(self, user: User, *conditions: ColumnElement[bool], **values: Any) -> bool:
        query = update(User).where(User.id == user.id, *conditions).values(updated_at=self._now, **values)
        return self._execute(query) == 1
