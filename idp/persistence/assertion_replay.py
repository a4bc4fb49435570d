"""Replay protection for client assertions."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class AssertionId(Base):
    """The `jti` of a used client assertion (RFC 7523 section 3), kept until it expires."""

    __tablename__ = "assertion_ids"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    jti: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[int] = mapped_column(index=True)


class ReplayStore(Store):
    """Stores used assertion ids."""

    def claim(self, issuer: str, jti: str, expires_at: int) -> bool:
        """Record a `jti` as used; True for exactly one caller."""
        insert = self._upsert(AssertionId).values(issuer=issuer, jti=jti, expires_at=expires_at)
        taken = insert.on_conflict_do_nothing().returning(AssertionId.jti)
        return self._session.execute(taken).first() is not None
