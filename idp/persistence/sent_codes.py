"""Codes sent by mail or to a phone: single-use, short-lived, for one purpose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, case, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.kernel.clock import HOUR
from idp.persistence.base import Base, Store


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


class SentCode(Base):
    """The open code of an owner, purpose and channel; a new one replaces it.

    `tries` counts attempts over all codes sent in this slot since the last success or long-expired code: resending does
    not reset it (NIST SP 800-63B section 3.2.2). `address` is the recipient, and the only address the code proves.
    """

    __tablename__ = "sent_codes"

    owner: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    address: Mapped[str]
    digest: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    used_at: Mapped[int | None]


class SentCodeStore(Store):
    """Stores sent codes."""

    def find(self, slot: CodeSlot) -> SentCode | None:
        """Return the latest code of the slot, used or not."""
        found = self._session.get(SentCode, (slot.owner, slot.purpose, slot.channel), populate_existing=True)
        return found if found and found.user_id == slot.user_id else None

    def upsert_code(self, slot: CodeSlot, *, address: str, digest: str, expires_at: int, not_since: int) -> bool:
        """Replace the code; False when one was already sent after `not_since` (seconds, UTC)."""
        values: dict[str, Any] = {"user_id": slot.user_id, "address": address, "digest": digest}
        values |= {"sent_at": self._now, "expires_at": expires_at, "used_at": None}
        key = {"owner": slot.owner, "purpose": slot.purpose, "channel": slot.channel}
        insert = self._upsert(SentCode).values(**key, tries=0, **values)
        afresh = or_(SentCode.used_at.is_not(None), SentCode.expires_at <= self._now - HOUR)
        changed = values | {"tries": case((afresh, 0), else_=SentCode.tries)}
        upsert = insert.on_conflict_do_update(
            index_elements=list(key), set_=changed, where=(SentCode.sent_at <= not_since)
        )
        return self._session.execute(upsert.returning(SentCode.owner)).first() is not None

    def consume_attempt(self, slot: CodeSlot, *, most: int) -> bool:
        """Consume one attempt; False when none is left, and then nothing may be verified."""
        query = update(SentCode).where(*self._in_slot(slot), SentCode.tries < most)
        return self._execute(query.values(tries=SentCode.tries + 1)) == 1

    def claim(self, slot: CodeSlot, digest: str) -> str | None:
        """Mark a valid code as used; return the address it proves, for exactly one caller."""
        query = update(SentCode).where(
            *self._in_slot(slot), SentCode.digest == digest, SentCode.used_at.is_(None), SentCode.expires_at > self._now
        )
        row = self._claim_row(query.values(used_at=self._now).returning(SentCode))
        return row.address if row else None

    @staticmethod
    def _in_slot(slot: CodeSlot) -> tuple[ColumnElement[bool], ...]:
        return (
            SentCode.owner == slot.owner,
            SentCode.purpose == slot.purpose,
            SentCode.channel == slot.channel,
            SentCode.user_id == slot.user_id,
        )
