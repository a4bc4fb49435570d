"""Recovery codes: one set per person, each code valid once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, delete, func, select, update

from idp.persistence.base import METADATA, Store, given

recovery_sets = Table(
    "recovery_sets",
    METADATA,
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String, unique=True, nullable=False),
    Column("salt", String, nullable=False),
    Column("sealed_codes", String),
    Column("created_at", BigInteger, nullable=False),
    Column("acknowledged_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class RecoverySet:
    """A person's current set of codes.

    `salt` is the set's argon2 salt (base64). `sealed_codes` is the readable set, kept until the person has saved it
    (`acknowledged_at`), so that a reload or closed browser loses nothing; longer only with the setting
    `recovery_codes_viewable`.
    """

    user_id: str
    id: str
    salt: str
    sealed_codes: str | None = None
    created_at: int = 0
    acknowledged_at: int | None = None


recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("set_id", String, ForeignKey("recovery_sets.id", ondelete="CASCADE"), primary_key=True),
    Column("code_digest", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """One code of a set, as its digest."""

    set_id: str
    code_digest: str
    position: int
    used_at: int | None = None


UNUSED = select(func.count()).where(recovery_codes.c.set_id == recovery_sets.c.id, recovery_codes.c.used_at.is_(None))
USE = (
    update(recovery_codes)
    .where(recovery_codes.c.set_id == given("set_id"), recovery_codes.c.code_digest == given("code_digest"))
    .where(recovery_codes.c.used_at.is_(None))
    .values(used_at=given("now"))
)
USED_POSITIONS = select(recovery_codes.c.position).where(
    recovery_codes.c.set_id == given("set_id"), recovery_codes.c.used_at.is_not(None)
)
ACKNOWLEDGE = (
    update(recovery_sets)
    .where(recovery_sets.c.user_id == given("user_id"), recovery_sets.c.acknowledged_at.is_(None))
    .values(acknowledged_at=given("now"))
)
ACKNOWLEDGE_AND_ERASE = ACKNOWLEDGE.values(sealed_codes=None)
REMOVE_CODES = delete(recovery_codes).where(
    recovery_codes.c.set_id.in_(select(recovery_sets.c.id).where(recovery_sets.c.user_id == given("user_id")))
)
REMOVE_SET = delete(recovery_sets).where(recovery_sets.c.user_id == given("user_id"))


class RecoveryStore(Store):
    """Stores recovery codes."""

    def replace(self, new: RecoverySet, digests: list[str]) -> None:
        """Replace the set; the old codes become invalid."""
        self.remove(new.user_id)
        self._db.insert(recovery_sets, replace(new, created_at=self._now))
        codes = (RecoveryCode(new.id, code_digest=each, position=at) for at, each in enumerate(digests))
        self._db.insert(recovery_codes, *codes)

    def use(self, set_id: str, code_digest: str) -> bool:
        """Mark a code as used; False when it is unknown or was used before."""
        return self._db.change(USE, set_id=set_id, code_digest=code_digest, now=self._now) == 1

    def used_positions(self, set_id: str) -> set[int]:
        """Return the positions (from 0, in printed order) of used codes."""
        return set(self._db.scalars(USED_POSITIONS, set_id=set_id))

    def acknowledge(self, user_id: str, *, keep: bool) -> bool:
        """Record that the codes are saved; delete the readable copy unless `keep`."""
        statement = ACKNOWLEDGE if keep else ACKNOWLEDGE_AND_ERASE
        return self._db.change(statement, user_id=user_id, now=self._now) == 1

    def remove(self, user_id: str) -> None:
        """Delete the set and its codes."""
        self._db.change(REMOVE_CODES, user_id=user_id)
        self._db.change(REMOVE_SET, user_id=user_id)
