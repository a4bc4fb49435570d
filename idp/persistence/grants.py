"""Grants: one authorization with its code and refresh tokens."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, and_, exists, func, select, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from idp.persistence.base import Base, Store
from idp.persistence.clients import Client
from idp.persistence.users import ACTIVE, User


class Grant(Base):
    """One authorization of one client by one person, including its authorization code.

    `acr`, `amr` and `auth_time` are copied when the code is issued and never recomputed. Everything issued from a grant
    becomes invalid when `revoked_at` is set. `expires_at` is the absolute end of its refresh tokens (seconds, UTC);
    rotation does not extend it. `code_challenge` is empty when the request had none (RFC 7636 section 4.4). An
    `offline` grant (scope `offline_access`) outlives the sign-out of its session (OpenID Connect Back-Channel Logout
    1.0 section 2.7).
    """

    __tablename__ = "grants"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id", ondelete="CASCADE"), index=True)
    sid: Mapped[str] = mapped_column(index=True)
    offline: Mapped[bool] = mapped_column(default=False)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    claims: Mapped[dict[str, Any]] = mapped_column(JSON)
    acr: Mapped[str]
    amr: Mapped[list[str]] = mapped_column(JSON)
    auth_time: Mapped[int]
    second_factor_at: Mapped[int | None]
    nonce: Mapped[str | None]
    redirect_uri: Mapped[str]
    code_digest: Mapped[str] = mapped_column(unique=True)
    code_challenge: Mapped[str]
    code_expires_at: Mapped[int]
    code_used_at: Mapped[int | None]
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    revoked_at: Mapped[int | None]


class RefreshToken(Base):
    """A single-use refresh token; used ones are kept until the grant ends, to detect reuse."""

    __tablename__ = "refresh_tokens"

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("grants.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[int]
    used_at: Mapped[int | None]


class RevokedToken(Base):
    """An access token revoked early, by `jti`; kept until it would have expired."""

    __tablename__ = "revoked_tokens"

    jti: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[int] = mapped_column(index=True)


class GrantStore(Store):
    """Stores grants, codes and tokens."""

    def add(self, grant: Grant) -> None:
        """Insert a grant with its code."""
        grant.created_at = self._now
        self._session.add(grant)
        self._session.flush()

    def claim_code(self, code_digest: str, *, client_id: str, redirect_uri: str, code_challenge: str) -> Grant | None:
        """Redeem a code: one conditional statement, so at most one caller succeeds.

        The code must be unused, unexpired, unrevoked, and match client, redirect URI and PKCE challenge (empty: there
        was none, and no verifier came); the person must be active. None otherwise, and then nothing was changed.
        """
        query = update(Grant).where(
            Grant.code_digest == code_digest,
            Grant.client_id == client_id,
            Grant.redirect_uri == redirect_uri,
            Grant.code_challenge == code_challenge,
            Grant.code_used_at.is_(None),
            Grant.code_expires_at > self._now,
            Grant.revoked_at.is_(None),
            exists().where(User.id == Grant.user_id, User.status == ACTIVE),
        )
        return self._claim_row(query.values(code_used_at=self._now).returning(Grant))

    def by_code(self, code_digest: str) -> Grant | None:
        """Return the grant of a code, to find out why it could not be redeemed."""
        return self._session.scalar(select(Grant).where(Grant.code_digest == code_digest))

    def by_id(self, grant_id: str) -> Grant | None:
        """Return a grant, live or not."""
        return self._session.get(Grant, grant_id, populate_existing=True)

    def live_with_user(self, grant_id: str, jti: str) -> tuple[Grant, User] | None:
        """Return grant and person of an access token; None when any of them is no longer valid."""
        query = select(Grant, User).join(User, User.id == Grant.user_id)
        query = query.where(Grant.id == grant_id, Grant.revoked_at.is_(None), User.status == ACTIVE)
        row = self._session.execute(query.where(~exists().where(RevokedToken.jti == jti))).one_or_none()
        return None if row is None else (row[0], row[1])

    def live_for_user(self, user_id: str) -> list[Grant]:
        """List a person's live grants, oldest first."""
        live = select(Grant).where(Grant.user_id == user_id, Grant.revoked_at.is_(None), Grant.expires_at > self._now)
        return list(self._session.scalars(live.order_by(Grant.created_at)))

    def last_used(self, user_id: str) -> dict[str, int]:
        """Return when each client last got a code or refresh token (`client_id` -> seconds, UTC)."""
        renewed = func.max(func.coalesce(RefreshToken.created_at, Grant.created_at))
        query = select(Grant.client_id, renewed).outerjoin(RefreshToken, RefreshToken.grant_id == Grant.id)
        rows = self._session.execute(query.where(Grant.user_id == user_id).group_by(Grant.client_id))
        return {client_id: int(at) for client_id, at in rows}

    def logout_clients(self, sids: Collection[str]) -> list[tuple[str, str]]:
        """List the `sid` and `client_id` of grants whose clients want back-channel logout."""
        wanting = exists().where(Client.client_id == Grant.client_id, Client.backchannel_logout_uri.is_not(None))
        query = select(Grant.sid, Grant.client_id).where(Grant.sid.in_(sids), wanting).distinct()
        return [(sid, client_id) for sid, client_id in self._session.execute(query)]

    def add_refresh_token(self, grant_id: str, token_digest: str) -> None:
        """Insert a refresh token."""
        self._session.add(RefreshToken(token_digest=token_digest, grant_id=grant_id, created_at=self._now))
        self._session.flush()

    def find_refresh_token(self, token_digest: str) -> tuple[RefreshToken, Grant] | None:
        """Return a refresh token and its grant, in any state."""
        query = select(RefreshToken, Grant).join(Grant, Grant.id == RefreshToken.grant_id)
        row = self._session.execute(query.where(RefreshToken.token_digest == token_digest)).one_or_none()
        return None if row is None else (row[0], row[1])

    def claim_refresh_token(self, token_digest: str, grant_id: str) -> bool:
        """Mark a live refresh token of an active person as used; True for exactly one caller."""
        live = exists().where(
            Grant.id == grant_id,
            Grant.revoked_at.is_(None),
            Grant.expires_at > self._now,
            User.id == Grant.user_id,
            User.status == ACTIVE,
        )
        query = update(RefreshToken).where(RefreshToken.token_digest == token_digest, RefreshToken.used_at.is_(None))
        return self._execute(query.where(RefreshToken.grant_id == grant_id, live).values(used_at=self._now)) == 1

    def can_repeat_refresh(self, token_digest: str, successor_digest: str, *, used_after: int) -> bool:
        """Whether the answer to a used refresh token may be given again.

        It was used after `used_after` (seconds, UTC), its successor is unused, the grant live and the person active.
        """
        successor = aliased(RefreshToken)
        query = (
            select(Grant.id)
            .join(RefreshToken, RefreshToken.grant_id == Grant.id)
            .join(successor, successor.grant_id == Grant.id)
            .join(User, User.id == Grant.user_id)
            .where(RefreshToken.token_digest == token_digest, RefreshToken.used_at > used_after)
            .where(successor.token_digest == successor_digest, successor.used_at.is_(None))
            .where(Grant.revoked_at.is_(None), Grant.expires_at > self._now, User.status == ACTIVE)
        )
        return self._session.scalar(query) is not None

    def revoke(self, grant_id: str) -> bool:
        """Revoke a grant."""
        return self._revoke(Grant.id == grant_id) == 1

    def revoke_for_session(self, sid: str, *, offline_too: bool) -> int:
        """Revoke a session's grants; offline ones only when the session is distrusted, not just ended."""
        given_here = Grant.sid == sid
        return self._revoke(given_here if offline_too else and_(given_here, Grant.offline.is_(False)))

    def revoke_for_user(self, user_id: str, *, keep_sid: str | None = None) -> int:
        """Revoke a person's grants, optionally except those of one session."""
        mine = Grant.user_id == user_id
        return self._revoke(mine if keep_sid is None else and_(mine, Grant.sid != keep_sid))

    def revoke_for_client(self, client_id: str, *, user_id: str | None = None) -> int:
        """Revoke a client's grants, optionally of one person only."""
        its = Grant.client_id == client_id
        return self._revoke(its if user_id is None else and_(its, Grant.user_id == user_id))

    def revoke_access_token(self, jti: str, expires_at: int) -> None:
        """Store an early revoked access token; idempotent."""
        insert = self._upsert(RevokedToken).values(jti=jti, expires_at=expires_at)
        self._session.execute(insert.on_conflict_do_nothing())

    def access_token_revoked(self, jti: str) -> bool:
        """Whether a token without a grant (client credentials) was revoked."""
        return self._session.get(RevokedToken, jti, populate_existing=True) is not None

    def _revoke(self, which: ColumnElement[bool]) -> int:
        return self._execute(update(Grant).where(which, Grant.revoked_at.is_(None)).values(revoked_at=self._now))
