"""Refreshing, with rotation and reuse detection (RFC 6749 section 6, RFC 9700 section 4.14)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import TokenMixin, grants

from idp.audit import Event
from idp.kernel.handles import digest
from idp.persistence.grants import Grant, RefreshToken
from idp.protocol.backchannel.client_authentication import METHODS
from idp.protocol.backchannel.request import BackChannelRequest
from idp.protocol.grants.token_response import raise_invalid_grant, revoke_family_and_raise, token_response


class PresentedRefreshToken(TokenMixin):
    """The refresh token in the request, with its grant."""

    def __init__(self, row: RefreshToken, grant: Grant) -> None:
        self.row = row
        self.grant = grant

    def check_client(self, client: Any) -> bool:  # noqa: ANN401 - Authlib's signature
        """Whether it was given to this client."""
        return bool(self.grant.client_id == client.get_client_id())

    def get_scope(self) -> str:
        """What the person allowed."""
        return " ".join(self.grant.scopes)


class RefreshTokens(grants.RefreshTokenGrant):
    """Each refresh token is good once and is answered with the next; the grant's absolute end never moves.

    A requested `scope` narrows this one answer. `acr` and `auth_time` stay those of the sign-in.
    """

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True
    request: BackChannelRequest

    def authenticate_refresh_token(self, refresh_token: str) -> PresentedRefreshToken:
        """Find it; nothing is spent until the requested scope has been checked as well."""
        found = self.request.tx.grants.find_refresh_token(digest(refresh_token))
        if found is None:
            raise_invalid_grant(self.request, "no such refresh token")
        given = PresentedRefreshToken(*found)
        if not given.check_client(self.request.authenticated_client):
            raise_invalid_grant(self.request, "another client's refresh token", given.grant)
        if given.row.used_at is not None:
            revoke_family_and_raise(self.request, Event.REFRESH_REPLAYED, given.grant)
        return given

    def authenticate_user(self, refresh_token: PresentedRefreshToken) -> str:
        """Spend the token; the person's `sub`."""
        grant, tx = refresh_token.grant, self.request.tx
        if not tx.grants.claim_refresh_token(refresh_token.row.token_digest, grant.id):
            if grant.revoked_at is not None or grant.expires_at <= tx.now:
                raise_invalid_grant(self.request, "revoked or past its end", grant)
            if not self._person_is_active(grant):
                raise_invalid_grant(self.request, "the account is not active", grant)
            revoke_family_and_raise(self.request, Event.REFRESH_REPLAYED, grant)
        return grant.user_id

    def issue_token(self, user: str, refresh_token: TokenMixin) -> dict[str, Any]:  # noqa: ARG002 - Authlib's signature
        """The next tokens."""
        assert isinstance(refresh_token, PresentedRefreshToken)  # noqa: S101 - what authenticate_refresh_token returned
        grant = refresh_token.grant
        requested = self.request.form.get("scope")
        return token_response(
            self.request, grant, requested.split(" ") if requested else grant.scopes, by=self.GRANT_TYPE
        )

    def revoke_old_credential(self, refresh_token: TokenMixin) -> None:
        """Nothing: it is spent, and stays, so that a second use is recognised."""

    def _person_is_active(self, grant: Grant) -> bool:
        person = self.request.tx.users.by_id(grant.user_id)
        return person is not None and person.active
