"""Replay protection for DPoP proofs (RFC 9449 section 11.1)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table

from idp.persistence.base import METADATA, Store, given, upsert

dpop_proofs = Table(
    "dpop_proofs",
    METADATA,
    Column("jkt", String, primary_key=True),
    Column("jti", String, primary_key=True),
    Column("expires_at", BigInteger, index=True, nullable=False),
)


@dataclass(frozen=True, slots=True)
class UsedProof:
    """The `jti` of a used proof of a key (`jkt`, its thumbprint), kept until the proof is too old."""

    jkt: str
    jti: str
    expires_at: int


CLAIM = (
    upsert(dpop_proofs)
    .values({name: given(name) for name in ("jkt", "jti", "expires_at")})
    .on_conflict_do_nothing()
    .returning(dpop_proofs.c.jti)
)


class DpopProofStore(Store):
    """Stores used proofs."""

    def claim(self, jkt: str, jti: str, expires_at: int) -> bool:
        """Record a proof as used; True for exactly one caller."""
        return bool(self._db.returned(CLAIM, jkt=jkt, jti=jti, expires_at=expires_at))
