"""Second factors that a person has set up. One row shape serves every kind."""

from __future__ import annotations

from sqlalchemy import ForeignKey, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class Factor(Base):
    """One authenticator of one person; `kind` is `totp` so far.

    `sealed_secret` is bound to this row's id. `last_step` is the highest TOTP time step ever accepted: it only rises,
    so a code is good once, and so is every code before it (RFC 6238 section 5.2).
    """

    __tablename__ = "factors"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    label: Mapped[str]
    sealed_secret: Mapped[str]
    last_step: Mapped[int | None]
    created_at: Mapped[int]
    last_used_at: Mapped[int | None]


class FactorStore(Store):
    """Keeping, using and removing factors."""

    def of(self, user_id: str) -> list[Factor]:
        """Everything this person can prove a second step with, oldest first."""
        query = select(Factor).where(Factor.user_id == user_id).order_by(Factor.created_at, Factor.id)
        return list(self._session.scalars(query))

    def owners(self) -> set[str]:
        """The ids of everybody who has a second step."""
        return set(self._session.scalars(select(Factor.user_id).distinct()))

    def add(self, factor: Factor) -> None:
        """Keep a factor whose first code was right."""
        factor.created_at = self._now
        self._session.add(factor)
        self._session.flush()

    def use_step(self, factor_id: str, step: int) -> bool:
        """Spend one TOTP time step; False when it, or a later one, was spent before."""
        unused = or_(Factor.last_step.is_(None), Factor.last_step < step)
        query = update(Factor).where(Factor.id == factor_id, unused).values(last_step=step, last_used_at=self._now)
        return self._changed(query) == 1

    def remove(self, user_id: str, factor_id: str) -> bool:
        """Remove one factor of this person; False when there is no such factor."""
        return self._changed(delete(Factor).where(Factor.user_id == user_id, Factor.id == factor_id)) == 1

    def remove_all(self, user_id: str) -> int:
        """Remove every factor of this person."""
        return self._changed(delete(Factor).where(Factor.user_id == user_id))
