"""Replay protection for client assertions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table

from idp.persistence.base import METADATA, Store, given, upsert

assertion_ids = Table(
    "assertion_ids",
    METADATA,
    Column("issuer", String, primary_key=True),
    Column("jti", String, primary_key=True),
    Column("expires_at", BigInteger, index=True, nullable=False),
)


@dataclass(frozen=True, slots=True)
class AssertionId:
    """The `jti` of a used client assertion (RFC 7523 section 3), kept until it expires."""

    issuer: str
    jti: str
    expires_at: int


CLAIM = (
    upsert(assertion_ids)
    .values({name: given(name) for name in ("issuer", "jti", "expires_at")})
    .on_conflict_do_nothing()
    .returning(assertion_ids.c.jti)
)


class ReplayStore(Store):
    """Stores used assertion ids."""

    def claim(self, issuer: str, jti: str, expires_at: int) -> bool:
        """Record a `jti` as used; True for exactly one caller."""
        return bool(self._db.returned(CLAIM, issuer=issuer, jti=jti, expires_at=expires_at))
