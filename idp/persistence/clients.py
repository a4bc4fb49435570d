"""Registered clients (relying parties)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import JSON, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from idp.kernel.handles import constant_time_equal, digest
from idp.persistence.base import Base, Store


class ClientExists(Exception):
    """The `client_id` is taken."""


class Client(Base):
    """A registered client, with the names of RFC 7591 and OpenID Connect Registration 1.0.

    `first_party` skips consent; `min_acr` is the lowest level it accepts; `secret_digest` is the SHA-256 of a generated
    256-bit secret; `previous_secret_digest` is valid until `previous_secret_expires_at`, so rotation needs no outage.
    Token lifetimes are seconds. Every logout token has a `sid`, whatever `backchannel_logout_session_required` says.
    `strict_auth_method`: of the two ways to send a secret only the registered one is accepted. `require_pkce`: an
    authorization request needs a code challenge. `id_token_scope_claims`: ID tokens hold the claims of the scopes.
    """

    __tablename__ = "clients"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    client_name: Mapped[str]
    token_endpoint_auth_method: Mapped[str]
    strict_auth_method: Mapped[bool] = mapped_column(default=False)
    secret_digest: Mapped[str | None]
    previous_secret_digest: Mapped[str | None]
    previous_secret_expires_at: Mapped[int | None]
    jwks: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    redirect_uris: Mapped[list[str]] = mapped_column(JSON)
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(JSON)
    web_origins: Mapped[list[str]] = mapped_column(JSON)
    backchannel_logout_uri: Mapped[str | None]
    backchannel_logout_session_required: Mapped[bool] = mapped_column(default=False)
    grant_types: Mapped[list[str]] = mapped_column(JSON)
    response_types: Mapped[list[str]] = mapped_column(JSON)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    require_pkce: Mapped[bool] = mapped_column(default=True)
    id_token_signed_response_alg: Mapped[str] = mapped_column(default="RS256")
    id_token_scope_claims: Mapped[bool] = mapped_column(default=False)
    first_party: Mapped[bool] = mapped_column(default=False)
    min_acr: Mapped[str | None]
    default_max_age: Mapped[int | None]
    client_uri: Mapped[str | None]
    disabled: Mapped[bool] = mapped_column(default=False)
    tokens_not_before: Mapped[int] = mapped_column(default=0)
    """Seconds, UTC: tokens of the client itself, which belong to no grant, count only if issued after this."""
    created_at: Mapped[int]
    updated_at: Mapped[int]

    def verify_secret(self, secret: str, *, now: int) -> bool:
        """Whether `secret` is the current one, or the previous one in its grace period (seconds, UTC)."""
        given = digest(secret)
        if self.secret_digest and constant_time_equal(given, self.secret_digest):
            return True
        in_grace = self.previous_secret_expires_at is not None and now < self.previous_secret_expires_at
        return (
            in_grace
            and bool(self.previous_secret_digest)
            and constant_time_equal(given, self.previous_secret_digest or "")
        )


class ClientStore(Store):
    """Stores clients."""

    def by_id(self, client_id: str, *, lock: bool = False) -> Client | None:
        """Return a client, disabled or not; `lock` keeps other changes of it out until the transaction ends."""
        return self._session.get(Client, client_id, populate_existing=True, with_for_update=lock or None)

    def by_ids(self, client_ids: Collection[str]) -> dict[str, Client]:
        """Return those of these clients that exist, by `client_id`."""
        found = self._session.scalars(select(Client).where(Client.client_id.in_(client_ids)))
        return {client.client_id: client for client in found}

    def add(self, client: Client) -> None:
        """Register a client.

        Raises:
            ClientExists: when the `client_id` is taken.
        """
        client.created_at = client.updated_at = self._now
        self._session.add(client)
        try:
            self._session.flush()
        except IntegrityError as error:
            raise ClientExists from error

    def listed(self, *, limit: int, after: str = "", search: str = "") -> list[Client]:
        """List clients by `client_id`, from the one behind `after`; `search` is part of the id or the name."""
        query = select(Client).where(Client.client_id > after).order_by(Client.client_id).limit(limit)
        if search:
            fields = (Client.client_id, Client.client_name)
            query = query.where(or_(*(field.icontains(search, autoescape=True) for field in fields)))
        return list(self._session.scalars(query))

    def without_pkce(self, *, limit: int) -> list[str]:
        """List ids of enabled clients that may leave PKCE out."""
        query = select(Client.client_id).where(Client.require_pkce.is_(False), Client.disabled.is_(False))
        return list(self._session.scalars(query.order_by(Client.client_id).limit(limit)))

    def change(self, client_id: str, values: dict[str, Any]) -> None:
        """Set these columns of a client."""
        query = update(Client).where(Client.client_id == client_id)
        self._execute(query.values(**values, updated_at=self._now))

    def rotate_secret(self, client: Client, secret_digest: str, *, grace: int) -> None:
        """Set a new secret; the current one stays valid for `grace` seconds."""
        values = {"secret_digest": secret_digest, "previous_secret_digest": client.secret_digest}
        query = update(Client).where(Client.client_id == client.client_id)
        self._execute(query.values(**values, previous_secret_expires_at=self._now + grace, updated_at=self._now))

    def disable(self, client: Client) -> None:
        """Disable a client, and end the tokens of the client itself; the caller revokes its grants."""
        query = update(Client).where(Client.client_id == client.client_id)
        self._execute(query.values(disabled=True, tokens_not_before=self._now, updated_at=self._now))

    def enable(self, client: Client) -> None:
        """Enable a client again; tokens that ended stay ended."""
        query = update(Client).where(Client.client_id == client.client_id)
        self._execute(query.values(disabled=False, updated_at=self._now))

    def remove(self, client_id: str) -> bool:
        """Delete a client; the caller revokes its grants."""
        return self._execute(delete(Client).where(Client.client_id == client_id)) == 1
