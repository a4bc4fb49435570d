"""Second factors; one table for every kind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    delete,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from idp.persistence.base import METADATA, Store, given, given_list
from idp.persistence.users import users


class CredentialExists(Exception):
    """The passkey is already registered."""


ATTESTED = text("attested")
"""In the words of the index of these rows."""

factors = Table(
    "factors",
    METADATA,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("label", String, nullable=False),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), index=True, nullable=False),
    Column("sealed_secret", String),
    Column("last_step", BigInteger),
    Column("credential_id", String, unique=True),
    Column("public_key", String),
    Column("sign_count", BigInteger, nullable=False),
    Column("backup_eligible", Boolean, nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("transports", JSON, nullable=False),
    Column("aaguid", String),
    Column("attestation", String),
    Column("attested", Boolean, nullable=False),
    Column("address", String),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Index("ix_factors_attested", "user_id", sqlite_where=ATTESTED, postgresql_where=ATTESTED),
)


@dataclass(frozen=True, slots=True)
class Factor:
    """One authenticator of one person; `kind` is `totp`, `passkey`, or the channel of sent codes.

    Of an authenticator app, `sealed_secret` is bound to this row's id, and `last_step` is the highest TOTP time step
    ever accepted: it only grows, so a code is good once, and so is every code before it (RFC 6238 section 5.2).

    Of a passkey, `credential_id` and `public_key` (COSE) are base64url, `sign_count` is the counter it last reported
    (0: it has none), and the rest is what the authenticator reported when it was added (Web Authentication section 4);
    `attested`: its maker vouched for it, by a certificate the operator trusts.

    Of codes sent by email, SMS or WhatsApp, `address` is the mailbox or number that was proven; they go nowhere else.
    """

    id: str
    kind: str
    label: str
    user_id: str = ""
    sealed_secret: str | None = None
    last_step: int | None = None
    credential_id: str | None = None
    public_key: str | None = None
    sign_count: int = 0
    backup_eligible: bool = False
    backed_up: bool = False
    transports: list[str] = field(default_factory=list)
    aaguid: str | None = None
    attestation: str | None = None
    attested: bool = False
    address: str | None = None
    created_at: int = 0
    last_used_at: int | None = None


FOR_USER = select(factors).where(factors.c.user_id == given("user_id")).order_by(factors.c.created_at, factors.c.id)
OWNERS_AMONG = select(factors.c.user_id).where(factors.c.user_id.in_(given_list("user_ids"))).distinct()
BY_CREDENTIAL = select(factors).where(factors.c.credential_id == given("credential_id"))
RECORD_USE = update(factors).where(factors.c.id == given("factor_id")).values(last_used_at=given("now"))
USE_STEP = RECORD_USE.where(or_(factors.c.last_step.is_(None), factors.c.last_step < given("step"))).values(
    last_step=given("step")
)
USE_PASSKEY = RECORD_USE.where(or_(factors.c.backup_eligible, factors.c.sign_count < given("counts_below"))).values(
    sign_count=given("sign_count"), backed_up=given("backed_up")
)
OF_PERSON = (factors.c.user_id == given("user_id"), factors.c.id == given("factor_id"))
RENAME = update(factors).where(*OF_PERSON).values(label=given("label"))
REMOVE = delete(factors).where(*OF_PERSON)
REMOVE_ALL = delete(factors).where(factors.c.user_id == given("user_id"))
REMOVE_KIND = REMOVE_ALL.where(factors.c.kind == given("kind"))
KINDS = select(factors.c.kind).where(factors.c.user_id == given("user_id")).distinct()
SET_KINDS = update(users).where(users.c.id == given("user_id")).values(factor_kinds=given("kinds"))


class FactorStore(Store):
    """Stores factors, and their kinds in the row of their owner."""

    def for_user(self, user_id: str) -> list[Factor]:
        """List a person's factors, oldest first."""
        return self._db.all(Factor, FOR_USER, user_id=user_id)

    def owners_among(self, user_ids: Collection[str]) -> set[str]:
        """Return those of these people that have a second step."""
        return set(self._db.scalars(OWNERS_AMONG, user_ids=list(user_ids)))

    def add(self, factor: Factor) -> None:
        """Insert a verified factor.

        Raises:
            CredentialExists: when its credential id is taken; this transaction can only be rolled back.
        """
        try:
            self._db.insert(factors, replace(factor, created_at=self._now))
        except IntegrityError as error:
            raise CredentialExists from error
        self._store_kinds(factor.user_id)

    def use_step(self, factor_id: str, step: int) -> bool:
        """Record the TOTP time step; False when it or a later one was used before."""
        return self._db.change(USE_STEP, factor_id=factor_id, step=step, now=self._now) == 1

    def by_credential(self, credential_id: str) -> Factor | None:
        """Return the passkey of this credential id, whoever owns it."""
        return self._db.one_or_none(Factor, BY_CREDENTIAL, credential_id=credential_id)

    def use_passkey(self, factor_id: str, *, sign_count: int, backed_up: bool) -> bool:
        """Record a use of a passkey; False when its counter did not increase, as when it was cloned.

        Synced passkeys are on several devices by design and are exempt (Web Authentication section 6.1.1).
        """
        below = sign_count or 1  # without a counter, 0 may follow only 0
        used = {"sign_count": sign_count, "backed_up": backed_up, "counts_below": below}
        return self._db.change(USE_PASSKEY, factor_id=factor_id, **used, now=self._now) == 1

    def record_use(self, factor_id: str) -> None:
        """Record a use of a factor."""
        self._db.change(RECORD_USE, factor_id=factor_id, now=self._now)

    def rename(self, user_id: str, factor_id: str, label: str) -> bool:
        """Set the label of a person's factor; False when it does not exist."""
        return self._db.change(RENAME, user_id=user_id, factor_id=factor_id, label=label) == 1

    def remove(self, user_id: str, factor_id: str) -> bool:
        """Delete a person's factor; False when it does not exist."""
        removed = self._db.change(REMOVE, user_id=user_id, factor_id=factor_id) == 1
        if removed:
            self._store_kinds(user_id)
        return removed

    def remove_all(self, user_id: str, *, kind: str | None = None) -> int:
        """Delete all of a person's factors, optionally of one kind."""
        if kind is None:
            removed = self._db.change(REMOVE_ALL, user_id=user_id)
        else:
            removed = self._db.change(REMOVE_KIND, user_id=user_id, kind=kind)
        if removed:
            self._store_kinds(user_id)
        return removed

    def _store_kinds(self, user_id: str) -> None:
        kinds = sorted(self._db.scalars(KINDS, user_id=user_id))
        self._db.change(SET_KINDS, user_id=user_id, kinds=" ".join(kinds))
