"""Password reset links: single-use and short-lived."""

from __future__ import annotations

from sqlalchemy import ForeignKey, delete, exists, insert, literal, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store
from idp.persistence.users import ACTIVE, User


class PasswordReset(Base):
    """A mailed link by the digest of its handle.

    `epoch` is the person's at the request: any change of password or factors invalidates the link. `flow_id` is the
    login flow to return to.
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
    """Stores password reset links."""

    def make(self, digest: str, *, user_id: str, flow_id: str, expires_at: int) -> bool:
        """Insert a link; False unless the person is active and has an address.

        One statement even for an unknown id, so that timing does not reveal whether the account exists.
        """
        columns = ("digest", "user_id", "epoch", "flow_id", "created_at", "expires_at")
        values = (literal(digest), User.id, User.epoch, literal(flow_id), literal(self._now), literal(expires_at))
        reachable = select(*values).where(User.id == user_id, User.status == ACTIVE, User.email.is_not(None))
        return self._execute(insert(PasswordReset).from_select(columns, reachable)) == 1

    def live(self, digest: str) -> tuple[PasswordReset, User] | None:
        """Return a valid link and its person."""
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
        """Mark a link as used: one conditional statement, so at most one caller succeeds."""
        query = update(PasswordReset).where(
            PasswordReset.digest == digest,
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > self._now,
            exists().where(User.id == PasswordReset.user_id, User.epoch == PasswordReset.epoch, User.status == ACTIVE),
        )
        return self._execute(query.values(used_at=self._now)) == 1

    def delete_for_user(self, user_id: str) -> None:
        """Delete a person's links."""
        self._execute(delete(PasswordReset).where(PasswordReset.user_id == user_id))
