"""Refreshing, with rotation and reuse detection (RFC 6749 section 6, RFC 9700 section 4.14).

    token unused               -> claimed, and answered with its successor
    used less than             -> the same successor again: the first answer was lost, or two requests came together
    `refresh_token_grace` ago,
    and successor unused
    used otherwise             -> one of two holders stole it, so the whole grant ends

A client whose profile does not rotate (FAPI 2.0 Security Profile section 5.3.2.1) keeps its refresh token: it proves
itself with each request, and so gains nothing by new ones.

A successor is derived from the token before it and a key of ours, so it can be given again and is stored nowhere.
"""

from __future__ import annotations

import hmac
from typing import Any

from authlib.oauth2.rfc6749 import TokenMixin, grants

from idp.audit import Event
from idp.kernel.client_auth_methods import METHODS
from idp.kernel.entropy import urlsafe
from idp.kernel.handles import digest
from idp.persistence.apis import Api
from idp.persistence.clients import Client
from idp.persistence.grants import Grant
from idp.persistence.refresh_tokens import RefreshToken
from idp.protocol import resource_indicators
from idp.protocol.client_requests.authlib_client import RegisteredClient
from idp.protocol.client_requests.client_authentication import authenticate_for_tokens
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.grants.token_response import (
    raise_invalid_grant,
    revoke_family_and_raise,
    token_response,
    usable_scopes,
)
from idp.protocol.sender_constraint.token_requests import refresh_problem
from idp.security_profiles import SecurityProfile, profile_of
from idp.web.context import services


class PresentedRefreshToken(TokenMixin):
    """The refresh token in the request, with its grant and successor; `scopes` are those that remain."""

    def __init__(self, row: RefreshToken, grant: Grant, *, successor: str | None) -> None:
        self.row = row
        self.grant = grant
        self.successor = successor
        self.scopes: list[str] = []
        self.repeated = False
        self.api: Api | None = None

    def check_client(self, client: Any) -> bool:  # noqa: ANN401 - Authlib's signature
        """Whether it was given to this client."""
        return bool(self.grant.client_id == client.get_client_id())

    def get_scope(self) -> str:
        """Return what the person allowed, and the client is still registered for."""
        return " ".join(self.scopes)


class RefreshTokens(grants.RefreshTokenGrant):
    """Each refresh token is claimed once and answered with the next; the grant's end never moves.

    A requested `scope` narrows this one answer. `acr` and `auth_time` stay those of the sign-in.
    """

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True
    request: BackChannelRequest
    found: tuple[RefreshToken, Grant] | None = None

    def authenticate_token_endpoint_client(self) -> RegisteredClient:
        """Authenticate the client; the statement that finds it finds the refresh token, too."""
        return authenticate_for_tokens(self.request, self.TOKEN_ENDPOINT_AUTH_METHODS, self._find_client)

    def authenticate_refresh_token(self, refresh_token: str) -> PresentedRefreshToken:
        """Check the token that was found; it is claimed only after the requested scope was checked."""
        if self.found is None:
            raise_invalid_grant(self.request, "no such refresh token")
        row, grant = self.found
        successor = _derive_successor(refresh_token) if self._profile.rotates_refresh_tokens else None
        given = PresentedRefreshToken(row, grant, successor=successor)
        if not given.check_client(self.request.authenticated_client):
            raise_invalid_grant(self.request, "another client's refresh token", grant)
        client, binding = self.request.authenticated_client, self.request.binding
        if problem := refresh_problem(grant.confirmation, binding, public=not client.confidential):
            raise_invalid_grant(self.request, problem, grant)
        if row.used_at is not None and not self._can_repeat(given):
            revoke_family_and_raise(self.request, Event.REFRESH_REPLAYED, grant)
        given.scopes = usable_scopes(self.request, grant)
        given.api = resource_indicators.find_api_of_grant(
            self.request.tx, self.request.resource, allowed=grant.resources, scopes=given.scopes
        )
        return given

    def authenticate_user(self, refresh_token: PresentedRefreshToken) -> str:
        """Claim the token, or recognise a repeated request; return the person's `sub`."""
        grant, tx = refresh_token.grant, self.request.tx
        if self._use(refresh_token):
            return grant.user_id
        if grant.revoked_at is not None or grant.expires_at <= tx.now:
            raise_invalid_grant(self.request, "revoked or past its end", grant)
        if not self._person_is_active(grant):
            raise_invalid_grant(self.request, "the account is not active", grant)
        if not self._can_repeat(refresh_token):
            revoke_family_and_raise(self.request, Event.REFRESH_REPLAYED, grant)
        refresh_token.repeated = True
        return grant.user_id

    def issue_token(self, user: str, refresh_token: TokenMixin) -> dict[str, Any]:  # noqa: ARG002 - Authlib's signature
        """Return the next tokens."""
        assert isinstance(refresh_token, PresentedRefreshToken)  # noqa: S101 - what authenticate_refresh_token returned
        requested = self.request.form.get("scope")
        return token_response(
            self.request,
            refresh_token.grant,
            requested.split(" ") if requested else refresh_token.scopes,
            by=self.GRANT_TYPE,
            api=refresh_token.api,
            refresh_token=refresh_token.successor,
            repeated=refresh_token.repeated,
        )

    def revoke_old_credential(self, refresh_token: TokenMixin) -> None:
        """Do nothing: the used token stays, so that a second use is recognised."""

    def _find_client(self, client_id: str) -> Client | None:
        presented = digest(self.request.form.get("refresh_token", ""))
        client, self.found = self.request.tx.refresh_tokens.find_with_client(client_id, presented)
        return client

    @property
    def _profile(self) -> SecurityProfile:
        return profile_of(self.request.authenticated_client.row)

    def _use(self, given: PresentedRefreshToken) -> bool:
        """Replace a live token by its successor; one that has none is used again and again."""
        stored, token, grant_id = self.request.tx.refresh_tokens, given.row.token_digest, given.grant.id
        if given.successor is None:
            return stored.is_usable(token, grant_id)
        if not stored.claim(token, grant_id):
            return False
        stored.add(grant_id, digest(given.successor))
        return True

    def _can_repeat(self, given: PresentedRefreshToken) -> bool:
        if given.successor is None or not self._profile.repeatable_refresh_allowed:
            return False
        tx, successor = self.request.tx, digest(given.successor)
        used_after = tx.now - services().settings.refresh_token_grace
        return tx.refresh_tokens.can_repeat(given.row.token_digest, successor, used_after=used_after)

    def _person_is_active(self, grant: Grant) -> bool:
        person = self.request.tx.users.by_id(grant.user_id)
        return person is not None and person.active


def _derive_successor(refresh_token: str) -> str:
    """Return the token that follows; without our key it cannot be computed from the one before."""
    key = services().sealer.pepper("refresh token")
    return urlsafe(hmac.digest(key, refresh_token.encode(), "sha256"))
