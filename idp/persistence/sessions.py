"""Sessions: one signed-in person on one browser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table, delete, select, update

from idp.kernel.client_addresses import address_key
from idp.persistence.base import METADATA, Store, given, pair
from idp.persistence.sign_in_facts import SignInFacts, split_facts, with_facts
from idp.persistence.users import User, users

sessions = Table(
    "sessions",
    METADATA,
    Column("sid", String, primary_key=True),
    Column("handle_digest", String, unique=True, nullable=False),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), index=True, nullable=False),
    Column("proofs", JSON, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("address", String, nullable=False),
    Column("user_agent", String, nullable=False),
    Column("device_id", String),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, index=True, nullable=False),
    Column("address_key", String, nullable=False),
    Index("ix_sessions_created", "created_at", "sid"),
    Index("ix_sessions_address", "address_key", "sid"),
)


@dataclass(frozen=True, slots=True)
class Session:
    """A session.

    `handle_digest` is the digest of the cookie and rotates whenever more is proven; `sid` is the public id in ID tokens
    and never changes. `proofs` are `login.policy.proofs.Proof` values as JSON. `address_key` sorts as addresses do.
    """

    sid: str
    handle_digest: str
    user_id: str
    proofs: list[dict[str, Any]]
    expires_at: int
    address: str
    user_agent: str
    device_id: str | None = None
    created_at: int = 0
    last_seen_at: int = 0
    address_key: str = ""


OF_HANDLE = sessions.c.handle_digest == given("handle")
OF_SID = sessions.c.sid == given("sid")
UNEXPIRED = (sessions.c.user_id == given("user_id"), sessions.c.expires_at > given("now"))
WITH_PERSON = with_facts(
    select(sessions, users).select_from(sessions).join(users, users.c.id == sessions.c.user_id).where(OF_HANDLE)
)
BY_HANDLE = select(sessions).where(OF_HANDLE)
BY_SID = select(sessions).where(OF_SID)
FOR_USER = select(sessions).where(*UNEXPIRED).order_by(sessions.c.last_seen_at.desc())
SURPLUS = (
    select(sessions)
    .where(*UNEXPIRED)
    .order_by(sessions.c.last_seen_at.desc(), sessions.c.created_at.desc(), sessions.c.sid)
    .offset(given("most"))
)
ROTATE = (
    update(sessions)
    .where(OF_SID)
    .values(
        handle_digest=given("handle"), proofs=given("proofs"), device_id=given("device_id"), last_seen_at=given("now")
    )
)
TOUCH = update(sessions).where(OF_SID).values(last_seen_at=given("now"))
END = delete(sessions).where(OF_SID)
END_ALL = delete(sessions).where(sessions.c.user_id == given("user_id"))
END_OTHERS = END_ALL.where(sessions.c.sid != given("sid"))


class SessionStore(Store):
    """Stores sessions."""

    def with_person(self, handle_digest: str) -> tuple[Session, User, SignInFacts] | None:
        """Return the session of this cookie digest, live or not, its person, and what their sign-ins depend on."""
        row, facts = split_facts(self._db.rows(WITH_PERSON, handle=handle_digest))
        found = pair(row, Session, User)
        return found and (*found, facts)

    def by_handle(self, handle_digest: str) -> Session | None:
        """Return the session of this cookie digest, live or not."""
        return self._db.one_or_none(Session, BY_HANDLE, handle=handle_digest)

    def by_sid(self, sid: str) -> Session | None:
        """Return the session of this public id, live or not."""
        return self._db.one_or_none(Session, BY_SID, sid=sid)

    def for_user(self, user_id: str) -> list[Session]:
        """List a person's unexpired sessions, last seen first."""
        return self._db.all(Session, FOR_USER, user_id=user_id, now=self._now)

    def list_surplus(self, user_id: str, most: int) -> list[Session]:
        """List a person's unexpired sessions except the `most` that were seen last."""
        return self._db.all(Session, SURPLUS, user_id=user_id, now=self._now, most=most)

    def open(self, new: Session) -> None:
        """Insert a session."""
        key = address_key(new.address)
        self._db.insert(sessions, replace(new, created_at=self._now, last_seen_at=self._now, address_key=key))

    def rotate(self, sid: str, *, handle_digest: str, proofs: list[dict[str, Any]], device_id: str | None) -> bool:
        """Set new proofs and a new handle; the old cookie is invalid at once."""
        new = {"handle": handle_digest, "proofs": proofs, "device_id": device_id, "now": self._now}
        return self._db.change(ROTATE, sid=sid, **new) == 1

    def touch(self, session: Session) -> None:
        """Update the time of last use."""
        self._db.change(TOUCH, sid=session.sid, now=self._now)

    def end(self, sid: str) -> bool:
        """Delete a session; True for exactly one caller."""
        return self._db.change(END, sid=sid) == 1

    def end_others(self, user_id: str, keep_sid: str | None) -> int:
        """Delete a person's sessions, optionally except one."""
        if keep_sid is None:
            return self._db.change(END_ALL, user_id=user_id)
        return self._db.change(END_OTHERS, user_id=user_id, sid=keep_sid)
