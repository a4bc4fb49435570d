"""Links that let somebody who forgot their password set a new one: each good once, for a short while."""

from __future__ import annotations

from sqlalchemy import ForeignKey, delete, exists, insert, literal, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store
from idp.persistence.users import ACTIVE, User


class PasswordReset(Base):
    """One mailed link, as the digest of its handle.

    `epoch` is the person's when it was asked for: any change of password or factors makes the link worthless.
    `flow_id` is the sign-in it was asked from, to lead back there.
    """

    __tablename__ = "password_resets"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    epoch: Mapped[int]
    flow_id: Mapped[str]
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    used_at: Mapped[int | None]


class PasswordResetStore(Store):
    """Making, spending and forgetting links."""

    def make(self, digest: str, *, user_id: str, flow_id: str, expires_at: int) -> bool:
        """Keep a link for this person; False, and nothing kept, unless they are active and have an address.

        One statement for every id, also for one that nobody has, so that its cost reveals nothing.
        """
        columns = ("digest", "user_id", "epoch", "flow_id", "created_at", "expires_at")
        values = (literal(digest), User.id, User.epoch, literal(flow_id), literal(self._now), literal(expires_at))
        reachable = select(*values).where(User.id == user_id, User.status == ACTIVE, User.email.is_not(None))
        return self._execute(insert(PasswordReset).from_select(columns, reachable)) == 1

    def live(self, digest: str) -> tuple[PasswordReset, User] | None:
        """A link that would still work, and whose it is."""
        query = select(PasswordReset, User).join(User, User.id == PasswordReset.user_id)
        query = query.where(
            PasswordReset.digest == digest,
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > self._now,
            PasswordReset.epoch == User.epoch,
            User.status == ACTIVE,
        )
        row = self._session.execute(query).one_or_none()
        return None if row is None else (row[0], row[1])

    def claim(self, digest: str) -> bool:
        """Spend a link: every condition in one statement, so that of any number of tries at most one succeeds."""
        query = update(PasswordReset).where(
            PasswordReset.digest == digest,
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > self._now,
            exists().where(User.id == PasswordReset.user_id, User.epoch == PasswordReset.epoch, User.status == ACTIVE),
        )
        return self._execute(query.values(used_at=self._now)) == 1

    def delete_for_user(self, user_id: str) -> None:
        """Make every link of this person worthless."""
        self._execute(delete(PasswordReset).where(PasswordReset.user_id == user_id))
