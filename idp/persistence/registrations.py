"""Accounts that are not created yet: the links mailed to addresses that are to be proven first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import BigInteger, Column, String, Table, delete, select

from idp.persistence.base import METADATA, Store, given

registrations = Table(
    "registrations",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("email", String, nullable=False),
    Column("flow_id", String, nullable=False),
    Column("client_id", String),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class AccountRegistration:
    """A mailed link by the digest of its handle: the address that it proves, and the sign-in it was asked from."""

    digest: str
    email: str
    flow_id: str
    client_id: str | None
    expires_at: int
    created_at: int = 0


LIVE = (registrations.c.digest == given("digest"), registrations.c.expires_at > given("now"))
FIND = select(registrations).where(*LIVE)
CLAIM = delete(registrations).where(*LIVE)


class RegistrationStore(Store):
    """Stores links that create an account."""

    def add(self, registration: AccountRegistration) -> None:
        """Store a link."""
        self._db.insert(registrations, replace(registration, created_at=self._now))

    def live(self, digest: str) -> AccountRegistration | None:
        """Return a link that still works."""
        return self._db.one_or_none(AccountRegistration, FIND, digest=digest, now=self._now)

    def claim(self, digest: str) -> bool:
        """Delete a link that still works: one conditional statement, so at most one caller succeeds."""
        return self._db.change(CLAIM, digest=digest, now=self._now) == 1
