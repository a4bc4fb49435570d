"""Codes sent by mail or to a phone: single-use, short-lived, for one purpose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, case, or_, select, update

from idp.kernel.clock import HOUR
from idp.persistence.base import METADATA, Store, given, upsert


class CodePurpose(StrEnum):
    """The only purpose a sent code is valid for."""

    SIGN_IN = "sign_in"
    SET_UP = "set_up"
    PHONE = "phone"


@dataclass(frozen=True)
class CodeSlot:
    """Identifies a code: login flow or session (`owner`), purpose, channel and person."""

    owner: str
    purpose: CodePurpose
    channel: str
    user_id: str


sent_codes = Table(
    "sent_codes",
    METADATA,
    Column("owner", String, primary_key=True),
    Column("purpose", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), index=True, nullable=False),
    Column("address", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("tries", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class SentCode:
    """The open code of an owner, purpose and channel; a new one replaces it.

    `tries` counts attempts over all codes sent in this slot since the last success or long-expired code: resending does
    not reset it (NIST SP 800-63B section 3.2.2). `address` is the recipient, and the only address the code proves.
    """

    owner: str
    purpose: str
    channel: str
    user_id: str
    address: str
    digest: str
    sent_at: int
    expires_at: int
    tries: int = 0
    used_at: int | None = None


KEY = ("owner", "purpose", "channel")
IN_SLOT = tuple(sent_codes.c[name] == given(name) for name in (*KEY, "user_id"))
REPLACED = {name: given(name) for name in ("user_id", "address", "digest", "expires_at")} | {
    "sent_at": given("now"),
    "used_at": None,
}
AFRESH = or_(sent_codes.c.used_at.is_not(None), sent_codes.c.expires_at + HOUR <= given("now"))
FIND = select(sent_codes).where(*IN_SLOT)
UPSERT_CODE = (
    upsert(sent_codes)
    .values({name: given(name) for name in KEY} | {"tries": 0} | REPLACED)
    .on_conflict_do_update(
        index_elements=KEY,
        set_=REPLACED | {"tries": case((AFRESH, 0), else_=sent_codes.c.tries)},
        where=sent_codes.c.sent_at <= given("not_since"),
    )
    .returning(sent_codes.c.owner)
)
CONSUME_ATTEMPT = (
    update(sent_codes).where(*IN_SLOT, sent_codes.c.tries < given("most")).values(tries=sent_codes.c.tries + 1)
)
CLAIM = (
    update(sent_codes)
    .where(*IN_SLOT, sent_codes.c.digest == given("digest"))
    .where(sent_codes.c.used_at.is_(None), sent_codes.c.expires_at > given("now"))
    .values(used_at=given("now"))
    .returning(sent_codes.c.address)
)


class SentCodeStore(Store):
    """Stores sent codes."""

    def find(self, slot: CodeSlot) -> SentCode | None:
        """Return the latest code of the slot, used or not."""
        return self._db.one_or_none(SentCode, FIND, **vars(slot))

    def upsert_code(self, slot: CodeSlot, *, address: str, digest: str, expires_at: int, not_since: int) -> bool:
        """Replace the code; False when one was already sent after `not_since` (seconds, UTC)."""
        values = {"address": address, "digest": digest, "expires_at": expires_at, "not_since": not_since}
        return bool(self._db.returned(UPSERT_CODE, **vars(slot), **values, now=self._now))

    def consume_attempt(self, slot: CodeSlot, *, most: int) -> bool:
        """Consume one attempt; False when none is left, and then nothing may be verified."""
        return self._db.change(CONSUME_ATTEMPT, **vars(slot), most=most) == 1

    def claim(self, slot: CodeSlot, digest: str) -> str | None:
        """Mark a valid code as used; return the address it proves, for exactly one caller."""
        addresses = self._db.returned(CLAIM, **vars(slot), digest=digest, now=self._now)
        return addresses[0] if addresses else None
