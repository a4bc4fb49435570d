"""Introspection (RFC 7662): whether a token is good, and for what.

Only confidential clients may ask, and each only about tokens that were issued to itself: an app's own API shares the
app's client. About everything else, tokens of others included, the answer is `{"active": false}` and nothing more, so
that a stolen token cannot be tried out here. User names are left out: `sub` is what an API may rely on.
"""

from __future__ import annotations

from typing import Any, cast

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import TokenEndpoint
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.kernel.handles import digest
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol import tokens
from idp.protocol.backchannel.client_authentication import CONFIDENTIAL_METHODS, authenticate
from idp.protocol.backchannel.request import BackChannelRequest
from idp.protocol.grants.token_response import BEARER
from idp.signing.jws import InvalidToken

CLAIMS = ("iss", "aud", "sub", "client_id", "scope", "iat", "exp", "jti", "acr", "auth_time")


class Introspection(TokenEndpoint):
    """Registered as `introspection`; `token_type_hint` is not needed: our token types differ in their looks."""

    ENDPOINT_NAME = "introspection"

    def create_endpoint_response(self, request: OAuth2Request) -> tuple[int, dict[str, Any], list[Any]]:
        """Return status, body and headers."""
        oauth_request = cast("BackChannelRequest", request)
        client = authenticate(oauth_request, CONFIDENTIAL_METHODS, self.ENDPOINT_NAME)
        token = oauth_request.form.get("token")
        if token is None:
            raise InvalidRequestError("token is missing")
        found = live(oauth_request.tx, token, client.row)
        if found is None or found["client_id"] != client.client_id:
            return 200, {"active": False}, []
        return 200, {"active": True, **found}, []


def live(tx: Transaction, token: str, client: Client) -> dict[str, Any] | None:
    """Return the claims of a token that would be accepted now; None for every other. `client` is the one that asks."""
    return _access_token(tx, token, client) if "." in token else _refresh_token(tx, token)


def _access_token(tx: Transaction, token: str, client: Client) -> dict[str, Any] | None:
    try:
        claims = tokens.read_access_token(token, now=tx.now)
    except InvalidToken:
        return None
    grant_id, jti = tokens.grant_id_from(claims), str(claims["jti"])
    if grant_id:
        alive = tx.grants.is_live(grant_id, jti)
    else:
        alive = claims["iat"] > client.tokens_not_before and not tx.grants.access_token_revoked(jti)
    return {"token_type": BEARER} | {name: claims[name] for name in CLAIMS if name in claims} if alive else None


def _refresh_token(tx: Transaction, token: str) -> dict[str, Any] | None:
    found = tx.refresh_tokens.find(digest(token))
    if found is None:
        return None
    row, grant = found
    user = tx.users.by_id(grant.user_id)
    over = row.used_at is not None or grant.revoked_at is not None or grant.expires_at <= tx.now
    if over or user is None or not user.active:
        return None
    return {
        "client_id": grant.client_id,
        "sub": grant.user_id,
        "scope": " ".join(grant.scopes),
        "iat": row.created_at,
        "exp": grant.expires_at,
        "acr": grant.acr,
        "auth_time": grant.auth_time,
    }
