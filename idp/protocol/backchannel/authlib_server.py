"""The one Authlib server of an application: what is registered here is what the back channel offers, and only that.

It holds no state of a request; whatever a grant needs travels in the `BackChannelRequest`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import BaseGrant
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from flask import Flask, Response, current_app

from idp.protocol.backchannel import signed_introspection
from idp.protocol.backchannel.introspection import Introspection
from idp.protocol.backchannel.revocation import Revocation
from idp.protocol.client_requests.authlib_client import RegisteredClient
from idp.protocol.client_requests.client_authentication import authenticate_for_tokens
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.errors import oauth_error
from idp.protocol.grants import GRANTS
from idp.web.pages import json_response

KEY = "countersign.oauth"
GRANT_TYPES = tuple(str(grant.GRANT_TYPE) for grant in GRANTS)


class UnsupportedGrantType(OAuth2Error):
    """RFC 6749 section 5.2; Authlib's own would repeat what the caller sent."""

    error = "unsupported_grant_type"
    description = "grant_type must be one of those in grant_types_supported of the discovery document"


class Server(AuthorizationServer):
    """Dispatches a request to its grant or endpoint, and turns the result into a response."""

    def __init__(self) -> None:
        super().__init__()
        for grant in GRANTS:
            self.register_grant(grant)
        self.register_endpoint(Introspection)
        self.register_endpoint(Revocation)

    def token_response(self, oauth_request: BackChannelRequest) -> Response:
        """Return the answer of the token endpoint."""
        return cast("Response", self.create_token_response(oauth_request))

    def endpoint_response(self, name: str, oauth_request: BackChannelRequest) -> Response:
        """Return the answer of a registered endpoint."""
        return cast("Response", self.create_endpoint_response(name, oauth_request))  # type: ignore[no-untyped-call]  # the library has no types

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        """Return the request itself: it was created, with its transaction, before Authlib was called."""
        return request

    def get_token_grant(self, request: OAuth2Request) -> BaseGrant:
        """Return the grant that `grant_type` names."""
        grant_type = request.payload.grant_type if request.payload else None
        if not grant_type:
            raise InvalidRequestError("grant_type is missing")
        if grant_type not in GRANT_TYPES:
            raise UnsupportedGrantType
        return super().get_token_grant(request)

    def authenticate_client(
        self,
        request: OAuth2Request,
        methods: Collection[str],
        endpoint: str = "token",  # noqa: ARG002 - Authlib's signature; only grants call it
    ) -> RegisteredClient:
        """Authenticate the client; Authlib's own accepts several methods at once and decodes no `+`."""
        return authenticate_for_tokens(cast("BackChannelRequest", request), methods)

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Do nothing: grants store what they issue in the request's transaction, before they sign it."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Do nothing: what happened is audited where it happens."""

    def handle_response(self, status: int, body: Mapping[str, Any] | str, headers: object) -> Response:  # noqa: ARG002 - Authlib's signature
        """Return the result of a grant or endpoint as JSON that no cache keeps; text is a signed answer."""
        return signed_introspection.respond(body) if isinstance(body, str) else json_response(body, status)

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Response:  # noqa: ARG002 - Authlib's signature
        """Return a refusal; if it were raised, revocations and audit rows would be rolled back."""
        return oauth_error(error)


def install(app: Flask) -> None:
    """Give the application its server."""
    app.extensions.setdefault(KEY, Server())


def server() -> Server:
    """Return the server of the application that serves this request."""
    return cast("Server", current_app.extensions[KEY])
