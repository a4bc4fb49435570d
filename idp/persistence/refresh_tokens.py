"""Refresh tokens of grants: each is claimed once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, exists, func, select, update

from idp.persistence import clients as registered
from idp.persistence.base import METADATA, Store, given, pair
from idp.persistence.clients import Client, clients
from idp.persistence.grants import LIVE, OF_ID, OF_USER, OWNER_IS_ACTIVE, Grant, grants

refresh_tokens = Table(
    "refresh_tokens",
    METADATA,
    Column("token_digest", String, primary_key=True),
    Column("grant_id", String, ForeignKey("grants.id", ondelete="CASCADE"), index=True, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A single-use refresh token; used ones are kept until the grant ends, to detect reuse."""

    token_digest: str
    grant_id: str
    created_at: int = 0
    used_at: int | None = None


FIND = (
    select(refresh_tokens, grants)
    .join(grants, grants.c.id == refresh_tokens.c.grant_id)
    .where(refresh_tokens.c.token_digest == given("token"))
)
FIND_WITH_CLIENT = (
    select(registered.TEXT, refresh_tokens, grants)
    .select_from(clients)
    .outerjoin(refresh_tokens, refresh_tokens.c.token_digest == given("token"))
    .outerjoin(grants, grants.c.id == refresh_tokens.c.grant_id)
    .where(registered.OF_ID)
)
CLAIM = (
    update(refresh_tokens)
    .where(
        refresh_tokens.c.token_digest == given("token"),
        refresh_tokens.c.used_at.is_(None),
        refresh_tokens.c.grant_id == given("grant_id"),
        exists().where(OF_ID, *LIVE, OWNER_IS_ACTIVE),
    )
    .values(used_at=given("now"))
)
IS_USABLE = select(refresh_tokens.c.grant_id).where(
    refresh_tokens.c.token_digest == given("token"),
    refresh_tokens.c.used_at.is_(None),
    refresh_tokens.c.grant_id == given("grant_id"),
    exists().where(OF_ID, *LIVE, OWNER_IS_ACTIVE),
)
successors = refresh_tokens.alias("successors")
REPEATABLE = (
    select(grants.c.id)
    .join(refresh_tokens, refresh_tokens.c.grant_id == grants.c.id)
    .join(successors, successors.c.grant_id == grants.c.id)
    .where(refresh_tokens.c.token_digest == given("token"), refresh_tokens.c.used_at > given("used_after"))
    .where(successors.c.token_digest == given("successor"), successors.c.used_at.is_(None))
    .where(*LIVE, OWNER_IS_ACTIVE)
)
LAST_USED = (
    select(grants.c.client_id, func.max(func.coalesce(refresh_tokens.c.created_at, grants.c.created_at)))
    .outerjoin(refresh_tokens, refresh_tokens.c.grant_id == grants.c.id)
    .where(OF_USER)
    .group_by(grants.c.client_id)
)


class RefreshTokenStore(Store):
    """Stores refresh tokens."""

    def add(self, grant_id: str, token_digest: str) -> None:
        """Insert a refresh token."""
        self._db.insert(refresh_tokens, RefreshToken(token_digest, grant_id=grant_id, created_at=self._now))

    def find(self, token_digest: str) -> tuple[RefreshToken, Grant] | None:
        """Return a refresh token and its grant, in any state."""
        return pair(self._db.row(FIND, token=token_digest), RefreshToken, Grant)

    def find_with_client(
        self, client_id: str, token_digest: str
    ) -> tuple[Client | None, tuple[RefreshToken, Grant] | None]:
        """Return a client and, whosever it is, a refresh token with its grant, in any state."""
        row = self._db.row(FIND_WITH_CLIENT, client_id=client_id, token=token_digest)
        if row is None:
            return None, None
        text, *found = row
        client = registered.client_of_text(self._db, client_id, text)
        return client, None if found[0] is None else pair(found, RefreshToken, Grant)

    def claim(self, token_digest: str, grant_id: str) -> bool:
        """Mark a live refresh token of an active person as used; True for exactly one caller."""
        return self._db.change(CLAIM, token=token_digest, grant_id=grant_id, now=self._now) == 1

    def is_usable(self, token_digest: str, grant_id: str) -> bool:
        """Whether a refresh token is live and its person active, for clients whose tokens are not rotated."""
        return self._db.scalar(IS_USABLE, token=token_digest, grant_id=grant_id, now=self._now) is not None

    def can_repeat(self, token_digest: str, successor_digest: str, *, used_after: int) -> bool:
        """Whether the answer to a used refresh token may be given again.

        It was used after `used_after` (seconds, UTC), its successor is unused, the grant live and the person active.
        """
        tokens = {"token": token_digest, "successor": successor_digest}
        return self._db.scalar(REPEATABLE, **tokens, used_after=used_after, now=self._now) is not None

    def last_used(self, user_id: str) -> dict[str, int]:
        """Return when each client last got a code or refresh token (`client_id` -> seconds, UTC)."""
        return {client_id: int(at) for client_id, at in self._db.rows(LAST_USED, user_id=user_id)}
