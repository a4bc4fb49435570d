"""Sessions: one signed-in person on one browser."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store
from idp.persistence.users import User


class Session(Base):
    """A session.

    `handle_digest` is the digest of the cookie and rotates whenever more is proven; `sid` is the public id in ID tokens
    and never changes. `proofs` are `login.policy.proofs.Proof` values as JSON.
    """

    __tablename__ = "sessions"

    sid: Mapped[str] = mapped_column(primary_key=True)
    handle_digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[str | None]
    proofs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[int]
    last_seen_at: Mapped[int] = mapped_column(index=True)
    expires_at: Mapped[int]
    address: Mapped[str]
    user_agent: Mapped[str]


class SessionStore(Store):
    """Stores sessions."""

    def with_user(self, handle_digest: str) -> tuple[Session, User] | None:
        """Return the session of this cookie digest and its person, live or not."""
        query = select(Session, User).join(User, User.id == Session.user_id)
        row = self._session.execute(query.where(Session.handle_digest == handle_digest)).one_or_none()
        return None if row is None else (row[0], row[1])

    def by_handle(self, handle_digest: str) -> Session | None:
        """Return the session of this cookie digest, live or not."""
        return self._session.scalar(select(Session).where(Session.handle_digest == handle_digest))

    def by_sid(self, sid: str) -> Session | None:
        """Return the session of this public id, live or not."""
        return self._session.get(Session, sid, populate_existing=True)

    def for_user(self, user_id: str) -> list[Session]:
        """List a person's unexpired sessions, last seen first."""
        query = select(Session).where(Session.user_id == user_id, Session.expires_at > self._now)
        return list(self._session.scalars(query.order_by(Session.last_seen_at.desc())))

    def list_surplus(self, user_id: str, most: int) -> list[Session]:
        """List a person's unexpired sessions except the `most` that were seen last."""
        query = select(Session).where(Session.user_id == user_id, Session.expires_at > self._now)
        newest_first = query.order_by(Session.last_seen_at.desc(), Session.created_at.desc(), Session.sid)
        return list(self._session.scalars(newest_first.offset(most)))

    def lock(self, handle_digest: str) -> bool:
        """Lock the session while it has this handle; False when it no longer has.

        Without the lock, on PostgreSQL, a client could get a grant just after a change ended the session and its
        grants.
        """
        query = select(Session.sid).where(Session.handle_digest == handle_digest)
        return self._session.scalar(query.with_for_update(read=True, key_share=True)) is not None

    def open(self, new: Session) -> None:
        """Insert a session."""
        new.created_at = new.last_seen_at = self._now
        self._session.add(new)
        self._session.flush()

    def rotate(self, sid: str, *, handle_digest: str, proofs: list[dict[str, Any]], device_id: str | None) -> bool:
        """Set new proofs and a new handle; the old cookie is invalid at once."""
        query = update(Session).where(Session.sid == sid)
        values = {"handle_digest": handle_digest, "proofs": proofs, "device_id": device_id, "last_seen_at": self._now}
        return self._execute(query.values(**values)) == 1

    def touch(self, session: Session) -> None:
        """Update the time of last use."""
        self._execute(update(Session).where(Session.sid == session.sid).values(last_seen_at=self._now))

    def end(self, sid: str) -> bool:
        """Delete a session; True for exactly one caller."""
        return self._execute(delete(Session).where(Session.sid == sid)) == 1

    def end_others(self, user_id: str, keep_sid: str | None) -> int:
        """Delete a person's sessions, optionally except one."""
        query = delete(Session).where(Session.user_id == user_id)
        return self._execute(query if keep_sid is None else query.where(Session.sid != keep_sid))
