"""Clients that registered themselves, and the initial access tokens that permit it (RFC 7591, RFC 7592)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, cast, delete, exists, select, update

from idp.kernel.grant_types import CLIENT_CREDENTIALS, TOKEN_EXCHANGE
from idp.persistence.base import METADATA, Store, given, given_list
from idp.persistence.clients import clients
from idp.persistence.grants import grants

client_registrations = Table(
    "client_registrations",
    METADATA,
    Column("client_id", String, ForeignKey("clients.client_id", ondelete="CASCADE"), primary_key=True),
    Column("token_digest", String, nullable=False),
    Column("network", String, nullable=False),
    Column("initial_token_id", String),
    Column("approved_at", BigInteger),
    Column("changed_at", BigInteger, index=True, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
initial_access_tokens = Table(
    "initial_access_tokens",
    METADATA,
    Column("id", String, primary_key=True),
    Column("token_digest", String, unique=True, nullable=False),
    Column("note", String, nullable=False),
    Column("uses_left", BigInteger, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class ClientRegistration:
    """The registration of one client by itself; `token_digest` is of its registration access token.

    `network` is where it came from; `approved_at` is None while it waits for an administrator.
    """

    client_id: str
    token_digest: str
    network: str
    initial_token_id: str | None = None
    approved_at: int | None = None
    changed_at: int = 0
    created_at: int = 0


@dataclass(frozen=True, slots=True)
class InitialAccessToken:
    """Permission to register `uses_left` clients until `expires_at` (seconds, UTC); `note` is for administrators."""

    id: str
    token_digest: str
    note: str
    uses_left: int
    expires_at: int
    created_at: int = 0


WAITING_AMONG = select(client_registrations.c.client_id).where(
    client_registrations.c.client_id.in_(given_list("client_ids")), client_registrations.c.approved_at.is_(None)
)
OF_CLIENT = select(client_registrations).where(client_registrations.c.client_id == given("client_id"))
CHANGE = (
    update(client_registrations)
    .where(client_registrations.c.client_id == given("client_id"))
    .values(changed_at=given("now"))
)
APPROVE = CHANGE.where(client_registrations.c.approved_at.is_(None)).values(approved_at=given("now"))
AWAIT_APPROVAL = CHANGE.values(approved_at=None)
GRANT_TYPES_TEXT = cast(clients.c.grant_types, String)
UNUSED = (
    select(client_registrations.c.client_id)
    .join(clients, clients.c.client_id == client_registrations.c.client_id)
    .where(
        client_registrations.c.changed_at < given("before"),
        *(~GRANT_TYPES_TEXT.contains(each) for each in (CLIENT_CREDENTIALS, TOKEN_EXCHANGE)),
        ~exists(select(grants.c.id).where(grants.c.client_id == client_registrations.c.client_id)),
    )
    .order_by(client_registrations.c.changed_at)
    .limit(given("limit"))
)
REMOVE_UNUSED = delete(clients).where(clients.c.client_id.in_(UNUSED)).returning(clients.c.client_id)
WAITING = (
    select(client_registrations, clients.c.client_name)
    .join(clients, clients.c.client_id == client_registrations.c.client_id)
    .where(client_registrations.c.approved_at.is_(None), clients.c.disabled.is_(True))
    .order_by(client_registrations.c.changed_at.desc(), client_registrations.c.client_id)
    .limit(given("limit"))
)
USABLE = (
    initial_access_tokens.c.token_digest == given("digest"),
    initial_access_tokens.c.uses_left > 0,
    initial_access_tokens.c.expires_at > given("now"),
)
FIND_TOKEN = select(initial_access_tokens).where(*USABLE)
CLAIM_TOKEN = (
    update(initial_access_tokens)
    .where(*USABLE)
    .values(uses_left=initial_access_tokens.c.uses_left - 1)
    .returning(*initial_access_tokens.c)
)
LIVE_TOKENS = (
    select(initial_access_tokens)
    .where(initial_access_tokens.c.expires_at > given("now"))
    .order_by(initial_access_tokens.c.created_at.desc(), initial_access_tokens.c.id)
    .limit(given("limit"))
)
REMOVE_TOKEN = delete(initial_access_tokens).where(initial_access_tokens.c.id == given("token_id"))


class ClientRegistrationStore(Store):
    """Stores registrations of clients by themselves, and initial access tokens."""

    def add(self, registration: ClientRegistration) -> None:
        """Store the registration of a client that was just added."""
        self._db.insert(client_registrations, registration)

    def of_client(self, client_id: str) -> ClientRegistration | None:
        """Return how a client registered itself; None for one of an administrator."""
        return self._db.one_or_none(ClientRegistration, OF_CLIENT, client_id=client_id)

    def waiting_among(self, client_ids: Collection[str]) -> set[str]:
        """Return those of these clients that nobody has approved yet."""
        return set(self._db.scalars(WAITING_AMONG, client_ids=list(client_ids)))

    def record_change(self, client_id: str) -> None:
        """Note that a client has used its registration access token to change something."""
        self._db.change(CHANGE, client_id=client_id, now=self._now)

    def approve(self, client_id: str) -> bool:
        """Note that an administrator approved of a client; whether it waited for that."""
        return self._db.change(APPROVE, client_id=client_id, now=self._now) == 1

    def await_approval(self, client_id: str) -> None:
        """Note that a client must be approved of again."""
        self._db.change(AWAIT_APPROVAL, client_id=client_id, now=self._now)

    def waiting(self, *, limit: int) -> list[tuple[ClientRegistration, str]]:
        """List clients that wait for an approval, with their names, the newest first."""
        rows = self._db.rows(WAITING, limit=limit)
        return [(ClientRegistration(*row[:-1]), str(row[-1])) for row in rows]

    def has_unused(self, *, before: int) -> bool:
        """Whether a client has no grant, and was neither registered nor changed since `before` (seconds, UTC).

        One that gets tokens without a grant of its own counts as used.
        """
        return bool(self._db.scalars(UNUSED, before=before, limit=1))

    def remove_unused(self, *, before: int, limit: int) -> list[str]:
        """Delete at most `limit` such clients; return their ids."""
        return self._db.returned(REMOVE_UNUSED, before=before, limit=limit)

    def add_token(self, token: InitialAccessToken) -> None:
        """Store an initial access token."""
        self._db.insert(initial_access_tokens, token)

    def find_token(self, token_digest: str) -> InitialAccessToken | None:
        """Return the token, if it can still be used."""
        return self._db.one_or_none(InitialAccessToken, FIND_TOKEN, digest=token_digest, now=self._now)

    def claim_token(self, token_digest: str) -> InitialAccessToken | None:
        """Use the token once; None when it has ended or was used up."""
        return self._db.claim(InitialAccessToken, CLAIM_TOKEN, digest=token_digest, now=self._now)

    def live_tokens(self, *, limit: int) -> list[InitialAccessToken]:
        """List the tokens that have not ended, the newest first."""
        return self._db.all(InitialAccessToken, LIVE_TOKENS, now=self._now, limit=limit)

    def remove_token(self, token_id: str) -> bool:
        """Delete a token; whether there was one."""
        return self._db.change(REMOVE_TOKEN, token_id=token_id) == 1
