"""Checks of an authentication request whose client has authenticated (OpenID CIBA Core 1.0 sections 7.1 and 7.2)."""

from __future__ import annotations

import json
import re

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError

from idp.claims.standard import OPENID
from idp.kernel.clock import MINUTE
from idp.kernel.handles import digest
from idp.login.policy.requirement_sources import Unreachable
from idp.messaging.sealed_secrets import seal
from idp.persistence.ciba_requests import CibaRequest
from idp.persistence.client_metadata import PING
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol import authorization_details, resource_indicators
from idp.protocol.authorize import checks
from idp.protocol.ciba import binding_message
from idp.protocol.ciba.requirement import requirement_of
from idp.protocol.frontchannel_parameters import Query
from idp.web.context import services

LIFE, SHORTEST, LONGEST = 5 * MINUTE, 10, 10 * MINUTE
"""Seconds that a request waits: when the client says nothing, and the bounds of `requested_expiry`."""
INTERVAL = 5
"""Seconds between polls, at least."""
SECONDS = re.compile(r"[1-9][0-9]{0,9}")
BEARER_TOKEN = re.compile(r"(?=.{22})[A-Za-z0-9._~+/-]+=*")
"""RFC 6750 section 2.1; with 22 characters it can have the 128 bits that section 7.1 asks for."""
TOKEN_MISSING = "client_notification_token must be a bearer token of 22 to 1024 characters"  # noqa: S105 - a sentence


class AccessDenied(OAuth2Error):
    """Nobody can approve the request (section 13)."""

    error = "access_denied"
    description = "nobody here can reach the level of authentication that this client requires"
    status_code = 403


def validate(tx: Transaction, client: Client, query: Query, auth_req_id: str) -> CibaRequest:
    """Return the request as it is stored, of nobody yet.

    Raises:
        OAuth2Error: one of its parameters is wrong.
    """
    scopes = checks.scopes(query.get("scope"), client, gets_code=True)
    if OPENID not in scopes:
        raise InvalidScopeError("scope must contain openid")
    acr_values = (query.get("acr_values") or "").split() or client.metadata.default_acr_values
    _require_reachable(client, acr_values, now=tx.now)
    key = digest(auth_req_id)
    return CibaRequest(
        auth_req_id_digest=key,
        client_id=client.client_id,
        user_id=None,
        scopes=list(scopes),
        binding_message=binding_message.check(query.get("binding_message")),
        acr_values=list(acr_values),
        interval=INTERVAL,
        expires_at=tx.now + _lifetime(query.get("requested_expiry")),
        resources=list(resource_indicators.requested_resources(tx, scopes, query.get("resource"))),
        authorization_details=authorization_details.parse(query.get(authorization_details.PARAMETER), client),
        sealed_ping=_seal_ping(client, query.get("client_notification_token"), auth_req_id, key),
    )


def _require_reachable(client: Client, acr_values: list[str], *, now: int) -> None:
    try:
        requirement_of(client, acr_values, at=now)
    except Unreachable:
        raise AccessDenied from None


def _lifetime(requested: str | None) -> int:
    if requested is None:
        return LIFE
    if not SECONDS.fullmatch(requested):
        raise InvalidRequestError("requested_expiry is a positive number of seconds")
    return min(max(int(requested), SHORTEST), LONGEST)


def _seal_ping(client: Client, token: str | None, auth_req_id: str, key: str) -> str | None:
    """Return what a ping needs, sealed: the database alone pings nobody, and redeems nothing."""
    if client.metadata.backchannel_token_delivery_mode != PING:
        return None
    if token is None or not BEARER_TOKEN.fullmatch(token):
        raise InvalidRequestError(TOKEN_MISSING)
    return seal(services().sealer, json.dumps([auth_req_id, token]), name=key).sealed
