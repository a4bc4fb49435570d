"""WebAuthn challenges, each valid once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, Column, String, Table, update

from idp.persistence.base import METADATA, Store, given, upsert


class Purpose(StrEnum):
    """The ceremony of a challenge."""

    SIGN_IN = "sign_in"
    ADD = "add"


webauthn_challenges = Table(
    "webauthn_challenges",
    METADATA,
    Column("owner", String, primary_key=True),
    Column("purpose", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("used_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """The open challenge of a login flow or session (`owner`) for a purpose; a new one replaces it."""

    owner: str
    purpose: str
    digest: str
    expires_at: int
    used_at: int | None = None


ISSUE = (
    upsert(webauthn_challenges)
    .values({name: given(name) for name in ("owner", "purpose", "digest", "expires_at")})
    .on_conflict_do_update(
        index_elements=["owner", "purpose"],
        set_={"digest": given("digest"), "expires_at": given("expires_at"), "used_at": None},
    )
)
CLAIM = (
    update(webauthn_challenges)
    .where(
        webauthn_challenges.c.owner == given("owner"),
        webauthn_challenges.c.purpose == given("purpose"),
        webauthn_challenges.c.digest == given("digest"),
        webauthn_challenges.c.used_at.is_(None),
        webauthn_challenges.c.expires_at > given("now"),
    )
    .values(used_at=given("now"))
)


class ChallengeStore(Store):
    """Issues and redeems challenges."""

    def issue(self, owner: str, purpose: Purpose, digest: str, *, expires_at: int) -> None:
        """Store the digest of a challenge until `expires_at` (seconds, UTC)."""
        self._db.change(ISSUE, owner=owner, purpose=purpose, digest=digest, expires_at=expires_at)

    def claim(self, owner: str, purpose: Purpose, digest: str) -> bool:
        """Mark a challenge as used; True for exactly one caller before it expires."""
        return self._db.change(CLAIM, owner=owner, purpose=purpose, digest=digest, now=self._now) == 1
