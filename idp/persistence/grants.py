"""Grants: one authorization with its code; its refresh tokens are in `refresh_tokens`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Update,
    cast,
    exists,
    func,
    select,
    update,
)

from idp.persistence import clients as registered
from idp.persistence.base import METADATA, Store, given, pair
from idp.persistence.clients import Client, clients
from idp.persistence.revoked_tokens import revoked_tokens
from idp.persistence.sessions import sessions
from idp.persistence.users import ACTIVE, User, users

grants = Table(
    "grants",
    METADATA,
    Column("id", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), index=True, nullable=False),
    Column("client_id", String, ForeignKey("clients.client_id", ondelete="CASCADE"), nullable=False),
    Column("sid", String, index=True, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("claims", JSON, nullable=False),
    Column("acr", String, nullable=False),
    Column("amr", JSON, nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("redirect_uri", String, nullable=False),
    Column("code_digest", String, unique=True, nullable=False),
    Column("code_challenge", String, nullable=False),
    Column("code_expires_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("offline", Boolean, nullable=False),
    Column("second_factor_at", BigInteger),
    Column("nonce", String),
    Column("code_used_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("confirmation", JSON(none_as_null=True)),
    Column("resources", JSON, nullable=False),
    Column("authorization_details", JSON, nullable=False),
    Index("ix_grants_client", "client_id", "sid"),
)


NO_REDIRECT_URI = ""
"""Of grants without an authorization code: no such code has it, so no other kind of code passes for one."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One authorization of one client by one person, including its authorization code.

    `acr`, `amr` and `auth_time` are copied when the code is issued and never recomputed; `amr` is empty when nobody
    signed in for it, and then there is no session (`sid`) and no time. Everything issued from a grant
    becomes invalid when `revoked_at` is set. `expires_at` is the absolute end of its refresh tokens (seconds, UTC);
    rotation does not extend it. `code_challenge` is empty when the request had none (RFC 7636 section 4.4). An
    `offline` grant (scope `offline_access`) outlives the sign-out of its session (OpenID Connect Back-Channel Logout
    1.0 section 2.7). `confirmation` is the key that code and refresh tokens are bound to (RFC 7800 section 3.1: `jkt`
    or `x5t#S256`), `resources` the APIs its access tokens are meant for (RFC 8707), `authorization_details` what was
    allowed in detail (RFC 9396).
    """

    id: str
    user_id: str
    client_id: str
    sid: str
    scopes: list[str]
    claims: dict[str, Any]
    acr: str
    amr: list[str]
    auth_time: int
    redirect_uri: str
    code_digest: str
    code_challenge: str
    code_expires_at: int
    expires_at: int
    offline: bool = False
    second_factor_at: int | None = None
    nonce: str | None = None
    code_used_at: int | None = None
    created_at: int = 0
    revoked_at: int | None = None
    confirmation: dict[str, str] | None = None
    resources: list[str] = field(default_factory=list)
    authorization_details: list[dict[str, Any]] = field(default_factory=list)

    @property
    def signed_in(self) -> bool:
        """Whether the person signed in for it, and was not only named by somebody whom we trust."""
        return bool(self.amr)


@dataclass(frozen=True, slots=True)
class GrantedScopes:
    """Scopes that a client has by live grants of a person, and since when (seconds, UTC)."""

    client_id: str
    scopes: list[str]
    since: int


OF_ID = grants.c.id == given("grant_id")
UNREVOKED = grants.c.revoked_at.is_(None)
LIVE = (UNREVOKED, grants.c.expires_at > given("now"))
OWNER = users.c.id == grants.c.user_id
OWNER_IS_ACTIVE = select(users.c.status).where(OWNER).correlate(grants).scalar_subquery() == ACTIVE
"""Not a join, nor an EXISTS that is made one: PostgreSQL plans and executes this faster."""
JKT = grants.c.confirmation["jkt"].as_string()
CLAIM_ANY_CODE = (
    update(grants)
    .where(
        grants.c.code_digest == given("code"),
        grants.c.client_id == given("client"),
        grants.c.redirect_uri == given("uri"),
        grants.c.code_challenge == given("challenge"),
        grants.c.code_used_at.is_(None),
        grants.c.code_expires_at > given("now"),
        UNREVOKED,
        OWNER_IS_ACTIVE,
    )
    .values(code_used_at=given("now"))
    .returning(grants)
)
CLAIM_CODE = CLAIM_ANY_CODE.where(grants.c.confirmation.is_(None))
CLAIM_BOUND_CODE = CLAIM_ANY_CODE.where(JKT.is_(None) | (given("jkt") == JKT)).values(
    confirmation=given("confirmation", grants.c.confirmation)
)
COLUMNS = tuple(grants.c.keys())
ADD = grants.insert().from_select(
    COLUMNS,
    select(*(given(name, grants.c[name]) for name in COLUMNS))
    .select_from(sessions)
    .where(sessions.c.handle_digest == given("handle"))
    .with_for_update(read=True, key_share=True),
)
BY_CODE = select(grants).where(grants.c.code_digest == given("code"))
BY_ID = select(grants).where(OF_ID)
TOKEN_UNREVOKED = ~exists().where(revoked_tokens.c.jti == given("jti"))
LIVE_WITH_USER = (
    select(registered.TEXT, clients.c.client_id, grants, users)
    .select_from(grants)
    .join(users, OWNER)
    .outerjoin(clients, clients.c.client_id == grants.c.client_id)
    .where(OF_ID, UNREVOKED, users.c.status == ACTIVE, TOKEN_UNREVOKED)
)
IS_LIVE = select(grants.c.id).where(OF_ID, UNREVOKED, OWNER_IS_ACTIVE, TOKEN_UNREVOKED)
WITH_CLIENT = select(registered.TEXT, IS_LIVE.scalar_subquery()).where(registered.OF_ID)
OF_USER = grants.c.user_id == given("user_id")
SCOPES_TEXT, SINCE = cast(grants.c.scopes, String), func.min(grants.c.created_at)
LIVE_SCOPES = (
    select(grants.c.client_id, SCOPES_TEXT, SINCE)
    .where(OF_USER, *LIVE)
    .group_by(grants.c.client_id, SCOPES_TEXT)
    .order_by(SINCE)
)
REVOKE_ALL = update(grants).where(UNREVOKED).values(revoked_at=given("now"))
REVOKE = REVOKE_ALL.where(OF_ID)
REVOKE_OF_SESSION = REVOKE_ALL.where(grants.c.sid == given("session"))
REVOKE_ONLINE_OF_SESSION = REVOKE_OF_SESSION.where(grants.c.offline.is_(False))
REVOKE_OF_USER = REVOKE_ALL.where(OF_USER)
REVOKE_OF_OTHER_SESSIONS = REVOKE_OF_USER.where(grants.c.sid != given("kept"))
REVOKE_OF_CLIENT = REVOKE_ALL.where(grants.c.client_id == given("client"))
REVOKE_OF_CLIENT_AND_USER = REVOKE_OF_CLIENT.where(OF_USER)
REVOKE_WITHOUT_SESSION = REVOKE_OF_CLIENT.where(grants.c.sid == "")


class GrantStore(Store):
    """Stores grants, codes and revoked access tokens."""

    def add(self, grant: Grant, session_handle: str) -> bool:
        """Insert a grant with its code while its session has this handle (a digest); False when it no longer has.

        The statement locks the session. Without the lock, on PostgreSQL, a client could get a grant just after a change
        ended the session and its grants.
        """
        values = {name: getattr(grant, name) for name in COLUMNS} | {"created_at": self._now}
        return self._db.change(ADD, handle=session_handle, **values) == 1

    def add_without_session(self, grant: Grant) -> None:
        """Insert a grant that comes from no sign-in here."""
        self._db.insert(grants, replace(grant, created_at=self._now))

    def claim_code(
        self,
        code_digest: str,
        *,
        client_id: str,
        redirect_uri: str,
        code_challenge: str,
        confirmation: Mapping[str, str] | None = None,
    ) -> Grant | None:
        """Redeem a code: one conditional statement, so at most one caller succeeds.

        The code must be unused, unexpired, unrevoked, and match client, redirect URI and PKCE challenge (empty: there
        was none, and no verifier came); the person must be active. None otherwise, and then nothing was changed.
        `confirmation` is the key that the client has proven, which the grant is then bound to; a code with `dpop_jkt`
        must have that key (RFC 9449 section 10).
        """
        given = {"code": code_digest, "client": client_id, "uri": redirect_uri, "challenge": code_challenge}
        if not confirmation:
            return self._db.claim(Grant, CLAIM_CODE, now=self._now, **given)
        key = {"confirmation": dict(confirmation), "jkt": confirmation.get("jkt", "")}
        return self._db.claim(Grant, CLAIM_BOUND_CODE, now=self._now, **given, **key)

    def by_code(self, code_digest: str) -> Grant | None:
        """Return the grant of a code, to find out why it could not be redeemed."""
        return self._db.one_or_none(Grant, BY_CODE, code=code_digest)

    def by_id(self, grant_id: str) -> Grant | None:
        """Return a grant, live or not."""
        return self._db.one_or_none(Grant, BY_ID, grant_id=grant_id)

    def live_with_user(self, grant_id: str, jti: str) -> tuple[Grant, User, Client] | None:
        """Return grant, person and client of an access token.

        None when grant, person or token is no longer valid.
        """
        row = self._db.row(LIVE_WITH_USER, grant_id=grant_id, jti=jti)
        if row is None:
            return None
        text, client_id, *found = row
        joined, client = pair(found, Grant, User), registered.client_of_text(self._db, client_id, text)
        return (*joined, client) if joined and client else None

    def find_client_and_validity(self, client_id: str, grant_id: str, jti: str) -> tuple[Client | None, bool]:
        """Return a client and, whosever it is, whether an access token, its grant and its person are valid."""
        row = self._db.row(WITH_CLIENT, client_id=client_id, grant_id=grant_id, jti=jti)
        if row is None:
            return None, False
        text, live_grant = row
        return registered.client_of_text(self._db, client_id, text), live_grant is not None

    def live_scopes(self, user_id: str) -> list[GrantedScopes]:
        """List what a person's live grants give clients, oldest first.

        One row for many grants: an app that brings assertions has a grant for each of them.
        """
        rows = self._db.rows(LIVE_SCOPES, user_id=user_id, now=self._now)
        return [GrantedScopes(client_id, json.loads(scopes), int(since)) for client_id, scopes, since in rows]

    def revoke(self, grant_id: str) -> bool:
        """Revoke a grant."""
        return self._revoke(REVOKE, grant_id=grant_id) == 1

    def revoke_for_session(self, sid: str, *, offline_too: bool) -> int:
        """Revoke a session's grants; offline ones only when the session is distrusted, not just ended."""
        return self._revoke(REVOKE_OF_SESSION if offline_too else REVOKE_ONLINE_OF_SESSION, session=sid)

    def revoke_for_user(self, user_id: str, *, keep_sid: str | None = None) -> int:
        """Revoke a person's grants, optionally except those of one session."""
        if keep_sid is None:
            return self._revoke(REVOKE_OF_USER, user_id=user_id)
        return self._revoke(REVOKE_OF_OTHER_SESSIONS, user_id=user_id, kept=keep_sid)

    def revoke_for_client(self, client_id: str, *, user_id: str | None = None) -> int:
        """Revoke a client's grants, optionally of one person only."""
        if user_id is None:
            return self._revoke(REVOKE_OF_CLIENT, client=client_id)
        return self._revoke(REVOKE_OF_CLIENT_AND_USER, client=client_id, user_id=user_id)

    def revoke_without_session(self, client_id: str) -> int:
        """Revoke what a client got without a sign-in here, by whichever trusted issuer."""
        return self._revoke(REVOKE_WITHOUT_SESSION, client=client_id)

    def _revoke(self, statement: Update, **which: str) -> int:
        return self._db.change(statement, now=self._now, **which)
