"""Recovery codes: one set per person, each code valid once."""

from __future__ import annotations

from sqlalchemy import ForeignKey, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class RecoverySet(Base):
    """A person's current set of codes.

    `salt` is the set's argon2 salt (base64). `sealed_codes` is the readable set, kept until the person has saved it
    (`acknowledged_at`), so that a reload or closed browser loses nothing; longer only with the setting
    `recovery_codes_viewable`.
    """

    __tablename__ = "recovery_sets"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    salt: Mapped[str]
    sealed_codes: Mapped[str | None]
    created_at: Mapped[int]
    acknowledged_at: Mapped[int | None]


class RecoveryCode(Base):
    """One code of a set, as its digest."""

    __tablename__ = "recovery_codes"

    set_id: Mapped[str] = mapped_column(ForeignKey("recovery_sets.id", ondelete="CASCADE"), primary_key=True)
    code_digest: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    used_at: Mapped[int | None]


class RecoveryStore(Store):
    """Stores recovery codes."""

    def set_for_user(self, user_id: str) -> RecoverySet | None:
        """Return the person's current set."""
        return self._session.get(RecoverySet, user_id, populate_existing=True)

    def with_count(self, user_id: str) -> tuple[RecoverySet | None, int]:
        """Return the person's current set and the number of unused codes."""
        unused = select(func.count()).where(RecoveryCode.set_id == RecoverySet.id, RecoveryCode.used_at.is_(None))
        query = select(RecoverySet, unused.scalar_subquery()).where(RecoverySet.user_id == user_id)
        row = self._session.execute(query).one_or_none()
        return (None, 0) if row is None else (row[0], int(row[1]))

    def codes_in_set(self, user_id: str) -> list[RecoveryCode]:
        """List the codes of the current set in printed order, including used ones."""
        query = select(RecoveryCode).join(RecoverySet, RecoverySet.id == RecoveryCode.set_id)
        query = query.where(RecoverySet.user_id == user_id).order_by(RecoveryCode.position)
        return list(self._session.scalars(query))

    def replace(self, new: RecoverySet, digests: list[str]) -> None:
        """Replace the set; the old codes become invalid."""
        self.remove(new.user_id)
        new.created_at = self._now
        self._session.add(new)
        self._session.flush()
        self._session.add_all(
            RecoveryCode(set_id=new.id, code_digest=digest, position=position)
            for position, digest in enumerate(digests)
        )
        self._session.flush()

    def use(self, set_id: str, code_digest: str) -> bool:
        """Mark a code as used; False when it is unknown or was used before."""
        query = update(RecoveryCode).where(RecoveryCode.set_id == set_id, RecoveryCode.code_digest == code_digest)
        return self._execute(query.where(RecoveryCode.used_at.is_(None)).values(used_at=self._now)) == 1

    def used_positions(self, set_id: str) -> set[int]:
        """Return the positions (from 0, in printed order) of used codes."""
        query = select(RecoveryCode.position).where(RecoveryCode.set_id == set_id, RecoveryCode.used_at.is_not(None))
        return set(self._session.scalars(query))

    def acknowledge(self, user_id: str, *, keep: bool) -> bool:
        """Record that the codes are saved; delete the readable copy unless `keep`."""
        query = update(RecoverySet).where(RecoverySet.user_id == user_id, RecoverySet.acknowledged_at.is_(None))
        kept = RecoverySet.sealed_codes if keep else None
        return self._execute(query.values(acknowledged_at=self._now, sealed_codes=kept)) == 1

    def remove(self, user_id: str) -> None:
        """Delete the set and its codes."""
        self._session.expire_all()
        ids = select(RecoverySet.id).where(RecoverySet.user_id == user_id)
        self._execute(delete(RecoveryCode).where(RecoveryCode.set_id.in_(ids)))
        self._execute(delete(RecoverySet).where(RecoverySet.user_id == user_id))
