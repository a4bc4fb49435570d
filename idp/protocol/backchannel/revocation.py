"""Revocation (RFC 7009): the client no longer needs a token.

A refresh token ends its whole grant, and with it every access token; an access token ends alone. The answer is 200 for
every token, also an unknown one (section 2.2) and one of another client, which is left as it is: an error would show a
thief that a stolen token is valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import TokenEndpoint
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp import audit
from idp.audit import Event
from idp.claims.subjects import is_pairwise
from idp.kernel.client_auth_methods import METHODS
from idp.kernel.handles import digest
from idp.protocol import tokens
from idp.protocol.client_requests.client_authentication import authenticate
from idp.protocol.client_requests.request import BackChannelRequest
from idp.signing.jws import InvalidToken


class Revocation(TokenEndpoint):
    """Registered as `revocation`; an unknown `token_type_hint` is ignored (section 2.1)."""

    ENDPOINT_NAME = "revocation"

    def create_endpoint_response(self, request: OAuth2Request) -> tuple[int, dict[str, Any], list[Any]]:
        """Return status, body and headers."""
        oauth_request = cast("BackChannelRequest", request)
        authenticate(oauth_request, METHODS)
        token = oauth_request.form.get("token")
        if token is None:
            raise InvalidRequestError("token is missing")
        if "." in token:
            _end_access_token(oauth_request, token)
        else:
            _end_grant(oauth_request, token)
        return 200, {}, []


def _end_access_token(oauth_request: BackChannelRequest, token: str) -> None:
    try:
        claims = tokens.read_access_token(token, now=oauth_request.tx.now, any_audience=True)
    except InvalidToken:
        return
    if claims["client_id"] != oauth_request.authenticated_client.client_id:
        return
    oauth_request.tx.revoked_tokens.add(str(claims["jti"]), claims["exp"])
    _record(oauth_request, "access_token", _find_user_id(oauth_request, claims))


def _find_user_id(oauth_request: BackChannelRequest, claims: Mapping[str, Any]) -> str | None:
    """Return whose token it is, for the audit trail; of a pairwise id only the grant says it."""
    grant_id = tokens.grant_id_from(claims)
    if grant_id is None:
        return None
    if not is_pairwise(oauth_request.authenticated_client.row):
        return str(claims["sub"])
    grant = oauth_request.tx.grants.by_id(grant_id)
    return grant.user_id if grant else None


def _end_grant(oauth_request: BackChannelRequest, token: str) -> None:
    found = oauth_request.tx.refresh_tokens.find(digest(token))
    if found is None:
        return
    _row, grant = found
    if grant.client_id == oauth_request.authenticated_client.client_id and oauth_request.tx.grants.revoke(grant.id):
        _record(oauth_request, "refresh_token", grant.user_id, grant.sid)


def _record(oauth_request: BackChannelRequest, kind: str, user_id: str | None, sid: str | None = None) -> None:
    audit.record(
        oauth_request.tx,
        Event.TOKEN_REVOKED,
        user_id=user_id,
        client_id=oauth_request.authenticated_client.client_id,
        sid=sid,
        token_type=kind,
    )
