"""Registered clients (relying parties)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, String, Table, cast, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from idp.kernel.handles import constant_time_equal, digest
from idp.persistence.base import METADATA, Store, given, given_list
from idp.persistence.client_metadata import DEFAULTS, ClientMetadata, ClientMetadataJson
from idp.persistence.executor import Executor
from idp.persistence.keyset import Page, Position, read_page
from idp.persistence.row_text import RowText


class ClientExists(Exception):
    """The `client_id` is taken."""


clients = Table(
    "clients",
    METADATA,
    Column("client_id", String, primary_key=True),
    Column("client_name", String, nullable=False),
    Column("token_endpoint_auth_method", String, nullable=False),
    Column("redirect_uris", JSON, nullable=False),
    Column("post_logout_redirect_uris", JSON, nullable=False),
    Column("web_origins", JSON, nullable=False),
    Column("grant_types", JSON, nullable=False),
    Column("response_types", JSON, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("strict_auth_method", Boolean, nullable=False),
    Column("secret_digest", String),
    Column("previous_secret_digest", String),
    Column("previous_secret_expires_at", BigInteger),
    Column("sealed_secret", String),
    Column("sealed_previous_secret", String),
    Column("jwks", JSON(none_as_null=True)),
    Column("backchannel_logout_uri", String),
    Column("backchannel_logout_session_required", Boolean, nullable=False),
    Column("require_pkce", Boolean, nullable=False),
    Column("id_token_signed_response_alg", String, nullable=False),
    Column("id_token_scope_claims", Boolean, nullable=False),
    Column("first_party", Boolean, nullable=False),
    Column("min_acr", String),
    Column("default_max_age", BigInteger),
    Column("client_uri", String),
    Column("claim_mappings", JSON, nullable=False),
    Column("logo_digest", String),
    Column("policy_uri", String),
    Column("tos_uri", String),
    Column("accent_color", String),
    Column("remembered_device_accepted", Boolean, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("allowed_user_ids", JSON, nullable=False),
    Column("allowed_group_ids", JSON, nullable=False),
    Column("access_token_lifetime", BigInteger),
    Column("id_token_lifetime", BigInteger),
    Column("refresh_token_lifetime", BigInteger),
    Column("disabled", Boolean, nullable=False),
    Column("tokens_not_before", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("metadata", ClientMetadataJson, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client, with the names of RFC 7591 and OpenID Connect Registration 1.0.

    `first_party` skips consent; `min_acr` is the lowest level it accepts; `secret_digest` is the SHA-256 of a generated
    256-bit secret; `previous_secret_digest` is valid until `previous_secret_expires_at`, so rotation needs no outage.
    The same two are sealed, too, for a client that signs with its secret: a digest verifies no HMAC.
    Token lifetimes are seconds; None: those of the installation. Every logout token has a `sid`, whatever
    `backchannel_logout_session_required` says.
    `strict_auth_method`: of the two ways to send a secret only the registered one is accepted. `require_pkce`: an
    authorization request needs a code challenge. `id_token_scope_claims`: ID tokens hold the claims of the scopes.
    `claim_mappings`: claims that administrators add, as `idp.claims.mappings` stores them.
    `restricted`: only `allowed_user_ids` and members of `allowed_group_ids` may use it. `remembered_device_accepted`: a
    remembered device may stand in for the second step. `policy_uri` and `tos_uri` are pages for people,
    `logo_digest` is the SHA-256 of its logo, `accent_color` (`#rrggbb`) the colour of its sign-in pages.
    """

    client_id: str
    client_name: str
    token_endpoint_auth_method: str
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    web_origins: list[str]
    grant_types: list[str]
    response_types: list[str]
    scopes: list[str]
    strict_auth_method: bool = False
    secret_digest: str | None = None
    previous_secret_digest: str | None = None
    previous_secret_expires_at: int | None = None
    sealed_secret: str | None = None
    sealed_previous_secret: str | None = None
    jwks: dict[str, Any] | None = None
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    require_pkce: bool = True
    id_token_signed_response_alg: str = "RS256"  # noqa: S105 - an algorithm
    id_token_scope_claims: bool = False
    first_party: bool = False
    min_acr: str | None = None
    default_max_age: int | None = None
    client_uri: str | None = None
    claim_mappings: list[dict[str, Any]] = field(default_factory=list)
    logo_digest: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    accent_color: str | None = None
    remembered_device_accepted: bool = True
    restricted: bool = False
    allowed_user_ids: list[str] = field(default_factory=list)
    allowed_group_ids: list[str] = field(default_factory=list)
    access_token_lifetime: int | None = None
    id_token_lifetime: int | None = None
    refresh_token_lifetime: int | None = None
    disabled: bool = False
    tokens_not_before: int = 0
    """Seconds, UTC: tokens of the client itself, which belong to no grant, count only if issued after this."""
    created_at: int = 0
    updated_at: int = 0
    metadata: ClientMetadata = DEFAULTS

    def sealed_secrets(self, *, now: int) -> list[str]:
        """Return the current secret and, in its grace period (seconds, UTC), the previous one, sealed."""
        present = [self.sealed_secret]
        if self.previous_secret_expires_at is not None and now < self.previous_secret_expires_at:
            present.append(self.sealed_previous_secret)
        return [each for each in present if each]

    def verify_secret(self, secret: str, *, now: int) -> bool:
        """Whether `secret` is the current one, or the previous one in its grace period (seconds, UTC)."""
        presented = digest(secret)
        if self.secret_digest and constant_time_equal(presented, self.secret_digest):
            return True
        in_grace = self.previous_secret_expires_at is not None and now < self.previous_secret_expires_at
        return (
            in_grace
            and bool(self.previous_secret_digest)
            and constant_time_equal(presented, self.previous_secret_digest or "")
        )


TEXT = RowText(clients)
OF_ID = clients.c.client_id == given("client_id")
TEXT_BY_ID = select(TEXT).where(OF_ID)
TEXT_AND_ROW = select(TEXT, clients).where(OF_ID)
LOCKED = select(clients).where(OF_ID).with_for_update()
BY_IDS = select(clients).where(clients.c.client_id.in_(given_list("client_ids")))
LISTED = select(clients).where(clients.c.client_id > given("after")).order_by(clients.c.client_id).limit(given("limit"))
WITH_MAPPINGS = (
    select(clients)
    .where(cast(clients.c.claim_mappings, String) != "[]")
    .order_by(clients.c.client_id)
    .limit(given("limit"))
)
RESTRICTED = select(clients).where(clients.c.restricted.is_(True)).order_by(clients.c.client_id).limit(given("limit"))
WITHOUT_PKCE = (
    select(clients.c.client_id)
    .where(clients.c.require_pkce.is_(False), clients.c.disabled.is_(False))
    .order_by(clients.c.client_id)
    .limit(given("limit"))
)
CHANGE = update(clients).where(OF_ID).values(updated_at=given("now"))
ROTATE_SECRET = CHANGE.values(
    secret_digest=given("secret_digest"),
    previous_secret_digest=given("previous_secret_digest"),
    previous_secret_expires_at=given("previous_secret_expires_at"),
    sealed_secret=given("sealed_secret"),
    sealed_previous_secret=given("sealed_previous_secret"),
)
END_PREVIOUS_SECRET = CHANGE.values(
    previous_secret_digest=None, previous_secret_expires_at=None, sealed_previous_secret=None
)
DELETE_SECRETS = END_PREVIOUS_SECRET.values(secret_digest=None, sealed_secret=None, tokens_not_before=given("now"))
DISABLE = CHANGE.values(disabled=True, tokens_not_before=given("now"))
ENABLE = CHANGE.values(disabled=False)
REMOVE = delete(clients).where(OF_ID)
MOST_PARSED = 1000
"""Clients that a process remembers; about 3 MiB."""
_parsed: dict[str, Client] = {}
"""Clients by the text of their row. Each is shared by all requests and never changed."""


def client_of_text(db: Executor, client_id: str, text: str) -> Client | None:
    """Return the client whose row has this text; a row that is new to this process is read once more."""
    return _parsed.get(text) or _parse(db, client_id)


def _parse(db: Executor, client_id: str) -> Client | None:
    """Read text and values at the same moment: a change between two statements must not part them."""
    row = db.row(TEXT_AND_ROW, client_id=client_id)
    if row is None:
        return None
    if len(_parsed) >= MOST_PARSED:
        _parsed.clear()
    text, *values = row
    _parsed[text] = client = Client(*values)
    return client


class ClientStore(Store):
    """Stores clients."""

    def by_id(self, client_id: str, *, lock: bool = False) -> Client | None:
        """Return a client, disabled or not; `lock` keeps other changes of it out until the transaction ends."""
        if lock:
            return self._db.claim(Client, LOCKED, client_id=client_id)
        text = self._db.scalar(TEXT_BY_ID, client_id=client_id)
        return None if text is None else client_of_text(self._db, client_id, text)

    def by_ids(self, client_ids: Collection[str]) -> dict[str, Client]:
        """Return those of these clients that exist, by `client_id`."""
        found = self._db.all(Client, BY_IDS, client_ids=list(client_ids))
        return {client.client_id: client for client in found}

    def add(self, client: Client) -> None:
        """Register a client.

        Raises:
            ClientExists: when the `client_id` is taken.
        """
        try:
            self._db.insert(clients, replace(client, created_at=self._now, updated_at=self._now))
        except IntegrityError as error:
            raise ClientExists from error

    def listed(self, *, limit: int, after: str = "", search: str = "") -> list[Client]:
        """List clients by `client_id`, from the one behind `after`; `search` is part of the id or the name."""
        query = LISTED
        if search:
            fields = (clients.c.client_id, clients.c.client_name)
            query = query.where(or_(*(field.icontains(search, autoescape=True) for field in fields)))
        return self._db.all(Client, query, after=after, limit=limit)

    def with_claim_mappings(self, *, limit: int) -> list[Client]:
        """List clients that administrators added claims for."""
        return self._db.all(Client, WITH_MAPPINGS, limit=limit)

    def page(self, position: Position, *, search: str, limit: int) -> Page[Client]:
        """Read a page of clients by `client_id`; `search` is how the id or the name begins."""
        query = select(clients)
        if search:
            fields = (clients.c.client_id, clients.c.client_name)
            query = query.where(or_(*(field.istartswith(search, autoescape=True) for field in fields)))
        return read_page(self._db, Client, query, [clients.c.client_id], position, limit=limit)

    def restricted(self, *, limit: int) -> list[Client]:
        """List clients that only chosen people and groups may use."""
        return self._db.all(Client, RESTRICTED, limit=limit)

    def without_pkce(self, *, limit: int) -> list[str]:
        """List ids of enabled clients that may leave PKCE out."""
        return self._db.scalars(WITHOUT_PKCE, limit=limit)

    def change(self, client_id: str, values: dict[str, Any]) -> None:
        """Set these columns of a client."""
        self._db.change(CHANGE.values(**values), client_id=client_id, now=self._now)

    def rotate_secret(self, client: Client, secret_digest: str, sealed: str | None = None, *, grace: int) -> None:
        """Set a new secret, perhaps sealed as well; the current one stays valid for `grace` seconds."""
        self._db.change(
            ROTATE_SECRET,
            client_id=client.client_id,
            secret_digest=secret_digest,
            previous_secret_digest=client.secret_digest,
            previous_secret_expires_at=self._now + grace,
            sealed_secret=sealed,
            sealed_previous_secret=client.sealed_secret,
            now=self._now,
        )

    def delete_secrets(self, client_id: str) -> None:
        """Accept no secret any more, and end the tokens of the client itself."""
        self._db.change(DELETE_SECRETS, client_id=client_id, now=self._now)

    def end_previous_secret(self, client_id: str) -> None:
        """Accept only the current secret from now on."""
        self._db.change(END_PREVIOUS_SECRET, client_id=client_id, now=self._now)

    def disable(self, client: Client) -> None:
        """Disable a client, and end the tokens of the client itself; the caller revokes its grants."""
        self._db.change(DISABLE, client_id=client.client_id, now=self._now)

    def enable(self, client: Client) -> None:
        """Enable a client again; tokens that ended stay ended."""
        self._db.change(ENABLE, client_id=client.client_id, now=self._now)

    def remove(self, client_id: str) -> bool:
        """Delete a client; the caller revokes its grants."""
        return self._db.change(REMOVE, client_id=client_id) == 1
