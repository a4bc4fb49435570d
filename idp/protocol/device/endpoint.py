"""The device authorization endpoint (RFC 8628 sections 3.1 and 3.2)."""

from __future__ import annotations

from urllib.parse import urlencode

from authlib.oauth2.rfc6749.errors import UnauthorizedClientError
from flask import Response

from idp.kernel.client_auth_methods import METHODS
from idp.kernel.clock import MINUTE
from idp.kernel.grant_types import DEVICE_CODE
from idp.kernel.handles import digest
from idp.login.flow.binding import DEVICE
from idp.login.policy import rate_limits
from idp.persistence.device_authorizations import DeviceAuthorization
from idp.protocol import authorization_details, resource_indicators
from idp.protocol.authorize import checks
from idp.protocol.client_requests.authlib_client import RegisteredClient
from idp.protocol.client_requests.client_authentication import authenticate
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.device import user_codes
from idp.protocol.errors import TooManyRequests
from idp.security_profiles import must_push, must_sign
from idp.web.context import services
from idp.web.pages import json_response

LIFE = 10 * MINUTE
"""Seconds that the codes are good for."""
INTERVAL = 5
"""Seconds between polls, at least."""


def respond(oauth_request: BackChannelRequest) -> Response:
    """Store the request of a device, and return its two codes.

    Raises:
        OAuth2Error: the client may not, a scope or resource is wrong, or its network asked for too many.
    """
    client = authenticate(oauth_request, METHODS)
    _require_permission(client)
    tx, form = oauth_request.tx, oauth_request.form
    scopes = checks.scopes(form.get("scope"), client.row, gets_code=True)
    resources = resource_indicators.requested_resources(tx, scopes, oauth_request.resource)
    details = authorization_details.parse(form.get(authorization_details.PARAMETER), client.row)
    if not tx.throttles.consume(rate_limits.device_bucket(tx.origin.address), rate_limits.DEVICE_LIMIT):
        raise TooManyRequests
    device_code, user_code = services().entropy.token(), user_codes.new_user_code(services().entropy)
    tx.device_authorizations.add(
        DeviceAuthorization(
            device_code_digest=digest(device_code),
            user_code_digest=digest(user_code),
            client_id=client.client_id,
            scopes=list(scopes),
            address=tx.origin.address,
            interval=INTERVAL,
            expires_at=tx.now + LIFE,
            resources=list(resources),
            authorization_details=details,
        )
    )
    shown, page = user_codes.display(user_code), services().settings.issuer + DEVICE
    return json_response(
        {
            "device_code": device_code,
            "user_code": shown,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?{urlencode({'user_code': shown})}",
            "expires_in": LIFE,
            "interval": INTERVAL,
        }
    )


def _require_permission(client: RegisteredClient) -> None:
    if not client.check_grant_type(DEVICE_CODE):
        raise UnauthorizedClientError("this client is not registered for the device authorization grant")
    if must_push(client.row.metadata) or must_sign(client.row.metadata):
        raise UnauthorizedClientError("this client sends signed or pushed requests, and a device can send neither")
