"""Password reset links: single-use and short-lived."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, delete, exists, insert, select, update

from idp.persistence.base import METADATA, Store, given, pair
from idp.persistence.users import ACTIVE, User, owner_in_epoch, users

password_resets = Table(
    "password_resets",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), index=True, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("flow_id", String, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """A mailed link by the digest of its handle.

    `epoch` is the person's at the request: any change of password or factors invalidates the link. `flow_id` is the
    login flow to return to.
    """

    digest: str
    user_id: str
    epoch: int
    flow_id: str
    expires_at: int
    created_at: int = 0
    used_at: int | None = None


MAKE = insert(password_resets).from_select(
    ("digest", "user_id", "epoch", "flow_id", "created_at", "expires_at"),
    select(given("digest"), users.c.id, users.c.epoch, given("flow_id"), given("now"), given("expires_at")).where(
        users.c.id == given("user_id"), users.c.status == ACTIVE, users.c.email.is_not(None)
    ),
)
UNUSED = (
    password_resets.c.digest == given("digest"),
    password_resets.c.used_at.is_(None),
    password_resets.c.expires_at > given("now"),
)
OF_OWNER = owner_in_epoch(password_resets)
LIVE = select(password_resets, users).where(*UNUSED, *OF_OWNER)
CLAIM = update(password_resets).where(*UNUSED, exists().where(*OF_OWNER)).values(used_at=given("now"))
OPEN_FOR_USER = (
    select(password_resets)
    .join(users, users.c.id == password_resets.c.user_id)
    .where(
        password_resets.c.user_id == given("user_id"),
        password_resets.c.epoch == users.c.epoch,
        password_resets.c.used_at.is_(None),
        password_resets.c.expires_at > given("now"),
    )
    .order_by(password_resets.c.expires_at.desc())
    .limit(1)
)
DELETE_FOR_USER = delete(password_resets).where(password_resets.c.user_id == given("user_id"))


class PasswordResetStore(Store):
    """Stores password reset links."""

    def make(self, digest: str, *, user_id: str, flow_id: str, expires_at: int) -> bool:
        """Insert a link; False unless the person is active and has an address.

        One statement even for an unknown id, so that timing does not reveal whether the account exists.
        """
        link = {"digest": digest, "user_id": user_id, "flow_id": flow_id, "expires_at": expires_at}
        return self._db.change(MAKE, **link, now=self._now) == 1

    def live(self, digest: str) -> tuple[PasswordReset, User] | None:
        """Return a valid link and its person."""
        return pair(self._db.row(LIVE, digest=digest, now=self._now), PasswordReset, User)

    def claim(self, digest: str) -> bool:
        """Mark a link as used: one conditional statement, so at most one caller succeeds."""
        return self._db.change(CLAIM, digest=digest, now=self._now) == 1

    def open_for_user(self, user_id: str) -> PasswordReset | None:
        """Return the link of a person that works longest, if one works."""
        return self._db.one_or_none(PasswordReset, OPEN_FOR_USER, user_id=user_id, now=self._now)

    def delete_for_user(self, user_id: str) -> int:
        """Delete a person's links; return how many there were."""
        return self._db.change(DELETE_FOR_USER, user_id=user_id)
