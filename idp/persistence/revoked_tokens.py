"""Access tokens that were revoked early, one by one (RFC 7009)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table, select

from idp.persistence.base import METADATA, Store, given, upsert

revoked_tokens = Table(
    "revoked_tokens",
    METADATA,
    Column("jti", String, primary_key=True),
    Column("expires_at", BigInteger, index=True, nullable=False),
)


@dataclass(frozen=True, slots=True)
class RevokedToken:
    """An access token revoked early, by `jti`; kept until it would have expired."""

    jti: str
    expires_at: int


REVOKE_ACCESS_TOKEN = (
    upsert(revoked_tokens).values(jti=given("jti"), expires_at=given("expires_at")).on_conflict_do_nothing()
)
IS_REVOKED = select(revoked_tokens.c.jti).where(revoked_tokens.c.jti == given("jti"))


class RevokedTokenStore(Store):
    """Stores revoked access tokens."""

    def add(self, jti: str, expires_at: int) -> None:
        """Revoke an access token until it expires (seconds, UTC); idempotent."""
        self._db.change(REVOKE_ACCESS_TOKEN, jti=jti, expires_at=expires_at)

    def contains(self, jti: str) -> bool:
        """Whether a token was revoked by itself; one with a grant may have ended with that."""
        return self._db.scalar(IS_REVOKED, jti=jti) is not None
