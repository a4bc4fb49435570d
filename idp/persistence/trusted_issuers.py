"""Issuers of assertions that stand for people at the token endpoint (RFC 7523 section 2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, String, Table, delete, select, update
from sqlalchemy.exc import IntegrityError

from idp.kernel.clock import MINUTE
from idp.persistence.base import METADATA, Store, given

USERNAME, EMAIL, USER_ID = "username", "email", "id"
IDENTIFIERS = (USERNAME, EMAIL, USER_ID)
"""What an assertion may call a person by."""
DEFAULT_LIFE = 5 * MINUTE


class TrustedIssuerExists(Exception):
    """The issuer is registered already."""


trusted_issuers = Table(
    "trusted_issuers",
    METADATA,
    Column("issuer", String, primary_key=True),
    Column("jwks", JSON(none_as_null=True)),
    Column("jwks_uri", String),
    Column("subject_claim", String, nullable=False),
    Column("identifier", String, nullable=False),
    Column("clients", JSON, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("longest_life", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """Somebody whose assertions are accepted in place of a sign-in; `issuer` is their `iss`.

    It signs with a key of `jwks`, or of the JWK Set at `jwks_uri`. The claim `subject_claim` has the person's user
    name, verified email address or id (`identifier`). `clients` may present its assertions, and get `scopes` at most.
    `longest_life` is how long an assertion may be good for, in seconds.
    """

    issuer: str
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    subject_claim: str = "sub"
    identifier: str = USERNAME
    clients: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    longest_life: int = DEFAULT_LIFE
    created_at: int = 0
    updated_at: int = 0


OF_ISSUER = trusted_issuers.c.issuer == given("issuer")
BY_ISSUER = select(trusted_issuers).where(OF_ISSUER)
LOCKED = BY_ISSUER.with_for_update()
ALL = select(trusted_issuers).order_by(trusted_issuers.c.issuer)
CHANGE = update(trusted_issuers).where(OF_ISSUER).values(updated_at=given("now"))
REMOVE = delete(trusted_issuers).where(OF_ISSUER)


class TrustedIssuerStore(Store):
    """Stores trusted issuers; there are few, which `idp.admin.trusted_issuers` bounds."""

    def by_issuer(self, issuer: str, *, lock: bool = False) -> TrustedIssuer | None:
        """Return an issuer; `lock` keeps other changes of it out until the transaction ends."""
        if lock:
            return self._db.claim(TrustedIssuer, LOCKED, issuer=issuer)
        return self._db.one_or_none(TrustedIssuer, BY_ISSUER, issuer=issuer)

    def all(self) -> list[TrustedIssuer]:
        """List all of them."""
        return self._db.all(TrustedIssuer, ALL)

    def add(self, trusted: TrustedIssuer) -> None:
        """Register an issuer.

        Raises:
            TrustedIssuerExists: it is registered already.
        """
        try:
            self._db.insert(trusted_issuers, replace(trusted, created_at=self._now, updated_at=self._now))
        except IntegrityError as error:
            raise TrustedIssuerExists from error

    def change(self, issuer: str, values: dict[str, Any]) -> None:
        """Set these columns of an issuer."""
        self._db.change(CHANGE.values(**values), issuer=issuer, now=self._now)

    def remove(self, issuer: str) -> bool:
        """Delete an issuer; False when there is none."""
        return self._db.change(REMOVE, issuer=issuer) == 1
