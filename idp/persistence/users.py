"""People: identity, credentials and the epoch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Executable,
    Index,
    String,
    Table,
    Update,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from idp.persistence.base import METADATA, Store, given, given_each, given_list, numbered
from idp.persistence.lookup_keys import lookup_key, name_key

ACTIVE = "active"
DISABLED = "disabled"
CLOSED = "closed"


class NameTaken(Exception):
    """The user name or email address belongs to another account."""


NOBODY = "\u2060"
"""The key of a closed account begins with this character, which no typed name can contain."""

BYTEWISE = String().with_variant(String(collation="C"), "postgresql")
"""Compared byte by byte on both databases, so that an index finds what begins with some letters."""
WITHOUT_FACTOR = "factor_kinds = ''"
IS_DISABLED = f"status = '{DISABLED}'"
"""Conditions of indexes, and so of the lists that they are for, to the letter."""


def _partial(name: str, *columns: str, where: str) -> Index:
    """Return an index of some rows: a list of few among many costs no more than one of all."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


users = Table(
    "users",
    METADATA,
    Column("id", String, primary_key=True),
    Column("username", String, nullable=False),
    Column("username_key", BYTEWISE, unique=True, nullable=False),
    Column("email", String),
    Column("email_key", BYTEWISE, unique=True),
    Column("email_verified", Boolean, nullable=False),
    Column("phone_number", String),
    Column("phone_number_verified", Boolean, nullable=False),
    Column("password_hash", String),
    Column("password_changed_at", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("second_step_required", Boolean, nullable=False),
    Column("second_step_due_at", BigInteger),
    Column("epoch", BigInteger, nullable=False),
    Column("profile", JSON, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("name_key", BYTEWISE, nullable=False),
    Column("factor_kinds", String, nullable=False),
    Column("last_sign_in_at", BigInteger, nullable=False),
    Index("ix_users_name", "name_key", "id"),
    Index("ix_users_sign_in", "last_sign_in_at", "id"),
    Index("ix_users_requirement", "second_step_required", "id"),
    _partial("ix_users_off", "username_key", where=WITHOUT_FACTOR),
    _partial("ix_users_off_name", "name_key", "id", where=WITHOUT_FACTOR),
    _partial("ix_users_off_sign_in", "last_sign_in_at", "id", where=WITHOUT_FACTOR),
    _partial("ix_users_required", "username_key", where=f"second_step_required AND {WITHOUT_FACTOR}"),
    _partial("ix_users_due", "second_step_due_at", where=WITHOUT_FACTOR),
    _partial("ix_users_disabled", "username_key", where=IS_DISABLED),
    _partial("ix_users_disabled_name", "name_key", "id", where=IS_DISABLED),
    _partial("ix_users_disabled_sign_in", "last_sign_in_at", "id", where=IS_DISABLED),
)


@dataclass(frozen=True, slots=True)
class User:
    """One person.

    `id` is the OIDC `sub`, never reused: of a closed account nothing else is left. `epoch` grows with every change of
    password or factors; login flows and remembered devices are valid only in the epoch they were made in.
    `profile` holds the standard claims of OIDC Core section 5.1 that are not columns of their own.
    `attributes` holds the values of what administrators declared (`idp.persistence.attributes`).
    `second_step_due_at` (seconds, UTC) is the end of the one grace window a person gets who must have a second step.

    For lists: `name_key` is the key of the name, `factor_kinds` the kinds of second step, sorted, with spaces between
    (the `FactorStore` writes them), `last_sign_in_at` when a session was opened last (0: never).
    """

    id: str
    username: str
    username_key: str = ""
    email: str | None = None
    email_key: str | None = None
    email_verified: bool = False
    phone_number: str | None = None
    phone_number_verified: bool = False
    password_hash: str | None = None
    password_changed_at: int = 0
    status: str = ACTIVE
    second_step_required: bool = False
    second_step_due_at: int | None = None
    epoch: int = 1
    profile: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    created_at: int = 0
    updated_at: int = 0
    name_key: str = ""
    factor_kinds: str = ""
    last_sign_in_at: int = 0

    @property
    def active(self) -> bool:
        """Whether this account may be used at all."""
        return self.status == ACTIVE

    @property
    def display_name(self) -> str:
        """Return what we call the person on a page."""
        return str(self.profile.get("name") or self.username)


KEY = given("key")
BY_ID = select(users).where(users.c.id == given("user_id"))
BY_IDS = select(users).where(users.c.id.in_(given_list("user_ids")))
BY_IDENTIFIER = select(users).where(or_(users.c.username_key == KEY, users.c.email_key == KEY))
SAMPLE_HASHES = (
    select(users.c.password_hash)
    .where(users.c.password_hash.is_not(None))
    .order_by(users.c.username_key)
    .limit(given("most"))
)
COUNT = select(func.count()).select_from(users).where(users.c.status != CLOSED)
CHANGE = update(users).where(users.c.id == given("user_id"), users.c.status != CLOSED).values(updated_at=given("now"))
"""A change of an account that is not closed: whoever read it before it was closed brings nothing back."""
RAISE_EPOCH = CHANGE.where(users.c.epoch == given("epoch")).values(epoch=users.c.epoch + 1)
SET_PASSWORD_HASH = CHANGE.values(password_hash=given("new_hash"), password_changed_at=given("now"))
REHASH_PASSWORD = CHANGE.where(users.c.password_hash == given("old_hash")).values(password_hash=given("new_hash"))
SET_PROFILE = CHANGE.values(profile=given("profile"), name_key=given("name_key"))
RECORD_SIGN_IN = update(users).where(users.c.id == given("user_id")).values(last_sign_in_at=given("now"))
SET_STATUS = CHANGE.values(status=given("status"))
CLOSE = CHANGE.values(
    status=CLOSED,
    username=CLOSED,
    username_key=KEY,
    email=None,
    email_key=None,
    email_verified=False,
    phone_number=None,
    phone_number_verified=False,
    password_hash=None,
    second_step_required=False,
    second_step_due_at=None,
    profile={},
    name_key="",
    factor_kinds="",
    last_sign_in_at=0,
    attributes={},
)
REQUIRE_SECOND_STEP = CHANGE.values(second_step_required=given("required"))
BEGIN_GRACE = CHANGE.where(users.c.second_step_due_at.is_(None)).values(second_step_due_at=given("due_at"))
END_GRACE = CHANGE.where(or_(users.c.second_step_due_at.is_(None), users.c.second_step_due_at > given("now"))).values(
    second_step_due_at=given("now")
)


def owner_in_epoch(table: Table) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that the owner of a row is active, and still in the epoch of that row."""
    return users.c.id == table.c.user_id, users.c.epoch == table.c.epoch, users.c.status == ACTIVE


class UserStore(Store):
    """Stores people."""

    def by_id(self, user_id: str) -> User | None:
        """Return the person with this `sub`, active or not."""
        return self._db.one_or_none(User, BY_ID, user_id=user_id)

    def by_ids(self, user_ids: Iterable[str]) -> dict[str, User]:
        """Return those of these people that exist, by `sub`."""
        return {user.id: user for user in self._db.all(User, BY_IDS, user_ids=sorted(user_ids))}

    def by_identifier(self, identifier: str) -> User | None:
        """Return the person of this user name or email address; a user name has no `@`."""
        return self._db.one_or_none(User, BY_IDENTIFIER, key=lookup_key(identifier))

    def sample_password_hashes(self, limit: int) -> list[str]:
        """Return hashes of the first user names: in the order of ids, imported ones stand together."""
        return self._db.scalars(SAMPLE_HASHES, most=limit)

    def lock(self, user_ids: Iterable[str]) -> dict[str, User]:
        """Lock these people's credentials until the transaction ends; return them by id.

        Without the lock, on PostgreSQL, a sign-in begun with the old password could open its session just after the
        change ended all sessions.
        """
        ids = sorted(user_ids)
        return {user.id: user for user in self._db.lock(User, _lock_each(len(ids)), **numbered("user_id", ids))}

    def add(self, user: User) -> User:
        """Insert a person; return them as stored.

        Raises:
            NameTaken: when user name or email address is taken, also in another spelling, or the user name has an `@`.
        """
        stored = replace(
            user,
            username_key=lookup_key(user.username),
            email_key=lookup_key(user.email) if user.email else None,
            created_at=self._now,
            updated_at=self._now,
            password_changed_at=self._now,
            name_key=name_key(user.profile),
        )
        if "@" in stored.username_key:
            raise NameTaken
        try:
            self._db.insert(users, stored)
        except IntegrityError as error:
            raise NameTaken from error
        return stored

    def count(self) -> int:
        """Return how many accounts there are."""
        return int(self._db.scalar(COUNT))

    def raise_epoch(self, user: User) -> User | None:
        """Claim a change of this person's credentials: return them in the next epoch.

        None when another change came first.
        """
        if not self._change(user, RAISE_EPOCH, epoch=user.epoch):
            return None
        return replace(user, epoch=user.epoch + 1)

    def set_password_hash(self, user: User, password_hash: str) -> None:
        """Store a changed password; the caller also raises the epoch and ends what must end."""
        self._change(user, SET_PASSWORD_HASH, new_hash=password_hash)

    def rehash_password(self, user: User, password_hash: str) -> None:
        """Store the same password under newer parameters, unless it was changed concurrently."""
        self._change(user, REHASH_PASSWORD, old_hash=user.password_hash, new_hash=password_hash)

    def set_profile(self, user: User, profile: dict[str, Any]) -> None:
        """Store the person's profile claims."""
        self._change(user, SET_PROFILE, profile=profile, name_key=name_key(profile))

    def record_sign_in(self, user: User) -> None:
        """Record that a session of this person was opened."""
        self._change(user, RECORD_SIGN_IN)

    def set_status(self, user: User, status: str) -> bool:
        """Enable or disable an account; False when it was closed meanwhile."""
        return self._change(user, SET_STATUS, status=status)

    def close(self, user: User) -> None:
        """Erase a person except their `id`; user name and address are free again."""
        self._change(user, CLOSE, key=NOBODY + user.id)

    def require_second_step(self, user: User, required: bool) -> None:  # noqa: FBT001 - reads as the setting does
        """Set the administrator's `Required` / `Not required`."""
        self._change(user, REQUIRE_SECOND_STEP, required=required)

    def begin_grace(self, user: User, due_at: int) -> bool:
        """Store the end of this person's grace window (seconds, UTC); False when they were given theirs before."""
        return self._change(user, BEGIN_GRACE, due_at=due_at)

    def end_grace(self, user: User) -> None:
        """Let the grace window end now, unless it is over; one that never began will not."""
        self._change(user, END_GRACE)

    def _change(self, user: User, statement: Update, **values: Any) -> bool:
        return self._db.change(statement, user_id=user.id, now=self._now, **values) == 1


@cache
def _lock_each(count: int) -> Executable:
    """Return the statement that locks so many people."""
    chosen = users.c.id.in_(given_each("user_id", count))
    return select(users).where(chosen).order_by(users.c.id).with_for_update(key_share=True)
