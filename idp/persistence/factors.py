"""Second factors; one table for every kind."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class CredentialExists(Exception):
    """The passkey is already registered."""


class Factor(Base):
    """One authenticator of one person; `kind` is `totp`, `passkey`, or the channel of sent codes.

    Of an authenticator app, `sealed_secret` is bound to this row's id, and `last_step` is the highest TOTP time step
    ever accepted: it only grows, so a code is good once, and so is every code before it (RFC 6238 section 5.2).

    Of a passkey, `credential_id` and `public_key` (COSE) are base64url, `sign_count` is the counter it last reported
    (0: it has none), and the rest is what the authenticator reported when it was added (Web Authentication section 4);
    `attested`: its maker vouched for it, by a certificate the operator trusts.

    Of codes sent by email, SMS or WhatsApp, `address` is the mailbox or number that was proven; they go nowhere else.
    """

    __tablename__ = "factors"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    label: Mapped[str]
    sealed_secret: Mapped[str | None]
    last_step: Mapped[int | None]
    credential_id: Mapped[str | None] = mapped_column(unique=True)
    public_key: Mapped[str | None]
    sign_count: Mapped[int] = mapped_column(default=0)
    backup_eligible: Mapped[bool] = mapped_column(default=False)
    backed_up: Mapped[bool] = mapped_column(default=False)
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    aaguid: Mapped[str | None]
    attestation: Mapped[str | None]
    attested: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str | None]
    created_at: Mapped[int]
    last_used_at: Mapped[int | None]


class FactorStore(Store):
    """Stores factors."""

    def for_user(self, user_id: str) -> list[Factor]:
        """List a person's factors, oldest first."""
        query = select(Factor).where(Factor.user_id == user_id).order_by(Factor.created_at, Factor.id)
        return list(self._session.scalars(query))

    def owners_among(self, user_ids: Collection[str]) -> set[str]:
        """Return those of these people that have a second step."""
        return set(self._session.scalars(select(Factor.user_id).where(Factor.user_id.in_(user_ids)).distinct()))

    def add(self, factor: Factor) -> None:
        """Insert a verified factor.

        Raises:
            CredentialExists: when its credential id is taken; this transaction can only be rolled back.
        """
        factor.created_at = self._now
        self._session.add(factor)
        try:
            self._session.flush()
        except IntegrityError as error:
            raise CredentialExists from error

    def use_step(self, factor_id: str, step: int) -> bool:
        """Record the TOTP time step; False when it or a later one was used before."""
        unused = or_(Factor.last_step.is_(None), Factor.last_step < step)
        query = update(Factor).where(Factor.id == factor_id, unused).values(last_step=step, last_used_at=self._now)
        return self._execute(query) == 1

    def by_credential(self, credential_id: str) -> Factor | None:
        """Return the passkey of this credential id, whoever owns it."""
        query = select(Factor).where(Factor.credential_id == credential_id)
        return self._session.scalars(query, execution_options={"populate_existing": True}).one_or_none()

    def use_passkey(self, factor_id: str, *, sign_count: int, backed_up: bool) -> bool:
        """Record a use of a passkey; False when its counter did not increase, as when it was cloned.

        Synced passkeys are on several devices by design and are exempt (Web Authentication section 6.1.1).
        """
        counts_on = Factor.sign_count < sign_count if sign_count else Factor.sign_count == 0
        query = update(Factor).where(Factor.id == factor_id, or_(Factor.backup_eligible, counts_on))
        values: dict[str, Any] = {"sign_count": sign_count, "backed_up": backed_up, "last_used_at": self._now}
        return self._execute(query.values(**values)) == 1

    def record_use(self, factor_id: str) -> None:
        """Record a use of a factor."""
        self._execute(update(Factor).where(Factor.id == factor_id).values(last_used_at=self._now))

    def rename(self, user_id: str, factor_id: str, label: str) -> bool:
        """Set the label of a person's factor; False when it does not exist."""
        query = update(Factor).where(Factor.user_id == user_id, Factor.id == factor_id)
        return self._execute(query.values(label=label)) == 1

    def remove(self, user_id: str, factor_id: str) -> bool:
        """Delete a person's factor; False when it does not exist."""
        return self._execute(delete(Factor).where(Factor.user_id == user_id, Factor.id == factor_id)) == 1

    def remove_all(self, user_id: str, *, kind: str | None = None) -> int:
        """Delete all of a person's factors, optionally of one kind."""
        of_kind: tuple[ColumnElement[bool], ...] = () if kind is None else (Factor.kind == kind,)
        return self._execute(delete(Factor).where(Factor.user_id == user_id, *of_kind))
