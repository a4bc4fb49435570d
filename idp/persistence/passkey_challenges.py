"""WebAuthn challenges, each valid once."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class Purpose(StrEnum):
    """The ceremony of a challenge."""

    SIGN_IN = "sign_in"
    ADD = "add"


class Challenge(Base):
    """The open challenge of a login flow or session (`owner`) for a purpose; a new one replaces it."""

    __tablename__ = "webauthn_challenges"

    owner: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    expires_at: Mapped[int] = mapped_column(index=True)
    used_at: Mapped[int | None]


class ChallengeStore(Store):
    """Issues and redeems challenges."""

    def issue(self, owner: str, purpose: Purpose, digest: str, *, expires_at: int) -> None:
        """Store the digest of a challenge until `expires_at` (seconds, UTC)."""
        values = {"digest": digest, "expires_at": expires_at, "used_at": None}
        insert = self._upsert(Challenge).values(owner=owner, purpose=purpose, **values)
        self._execute(insert.on_conflict_do_update(index_elements=["owner", "purpose"], set_=values))

    def claim(self, owner: str, purpose: Purpose, digest: str) -> bool:
        """Mark a challenge as used; True for exactly one caller before it expires."""
        query = update(Challenge).where(Challenge.owner == owner, Challenge.purpose == purpose)
        query = query.where(Challenge.digest == digest, Challenge.used_at.is_(None), Challenge.expires_at > self._now)
        return self._execute(query.values(used_at=self._now)) == 1
