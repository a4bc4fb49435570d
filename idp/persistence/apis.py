"""APIs (resource servers) that access tokens are meant for (RFC 8707, RFC 9068)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, String, Table, delete, select, update
from sqlalchemy.exc import IntegrityError

from idp.kernel.handles import constant_time_equal, digest
from idp.persistence.base import METADATA, Store, given


class ApiExists(Exception):
    """The identifier is taken."""


apis = Table(
    "apis",
    METADATA,
    Column("identifier", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("exchange_clients", JSON, nullable=False),
    Column("secret_digest", String),
    Column("access_token_lifetime", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Api:
    """An API; `identifier` is the absolute URI that its tokens have as `aud`.

    `scopes` are its scopes, each with the title that people read when they are asked for consent. `exchange_clients`
    are the apps that may exchange tokens meant for it (RFC 8693). `secret_digest` is the SHA-256 of the generated
    secret it introspects tokens with; None: it cannot. `access_token_lifetime` is in seconds; None: that of the app.
    """

    identifier: str
    name: str
    scopes: dict[str, str]
    exchange_clients: list[str] = field(default_factory=list)
    secret_digest: str | None = None
    access_token_lifetime: int | None = None
    created_at: int = 0
    updated_at: int = 0

    def verify_secret(self, secret: str) -> bool:
        """Whether this is its secret; in constant time."""
        return self.secret_digest is not None and constant_time_equal(digest(secret), self.secret_digest)


OF_IDENTIFIER = apis.c.identifier == given("identifier")
BY_IDENTIFIER = select(apis).where(OF_IDENTIFIER)
LOCKED = BY_IDENTIFIER.with_for_update()
ALL = select(apis).order_by(apis.c.name, apis.c.identifier)
CHANGE = update(apis).where(OF_IDENTIFIER).values(updated_at=given("now"))
REMOVE = delete(apis).where(OF_IDENTIFIER)


class ApiStore(Store):
    """Stores APIs; there are few, which `idp.admin.apis` bounds."""

    def by_identifier(self, identifier: str, *, lock: bool = False) -> Api | None:
        """Return an API; `lock` keeps other changes of it out until the transaction ends."""
        if lock:
            return self._db.claim(Api, LOCKED, identifier=identifier)
        return self._db.one_or_none(Api, BY_IDENTIFIER, identifier=identifier)

    def all(self) -> list[Api]:
        """List all APIs by name."""
        return self._db.all(Api, ALL)

    def titles(self) -> dict[str, str]:
        """Return the scopes of all APIs, each with its title."""
        return {scope: title for api in self.all() for scope, title in api.scopes.items()}

    def add(self, api: Api) -> None:
        """Register an API.

        Raises:
            ApiExists: when the identifier is taken.
        """
        try:
            self._db.insert(apis, replace(api, created_at=self._now, updated_at=self._now))
        except IntegrityError as error:
            raise ApiExists from error

    def change(self, identifier: str, values: dict[str, Any]) -> None:
        """Set these columns of an API."""
        self._db.change(CHANGE.values(**values), identifier=identifier, now=self._now)

    def remove(self, identifier: str) -> bool:
        """Delete an API; False when there is none."""
        return self._db.change(REMOVE, identifier=identifier) == 1
