"""Refusals on the back channel: JSON, one public sentence each (RFC 6749 section 5.2, RFC 6750 section 3).

The sentences are constants of ours, ASCII without quotes or backslashes, and never repeat what the caller sent. Why
something was really refused goes to the audit trail.
"""

from __future__ import annotations

from collections.abc import Mapping

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.base import invalid_error_characters
from flask import Response

from idp.protocol import protected_resource
from idp.web.context import services
from idp.web.errors import TOO_MANY, ask_to_retry, ask_to_wait
from idp.web.pages import json_response

UNAUTHORIZED = 401
INVALID_CLIENT = "invalid_client"


class BearerError(OAuth2Error):
    """An access token that this API does not accept; answered with a `Bearer` challenge.

    `parameters` go into the challenge as well (`scope`, or `acr_values` and `max_age` of RFC 9470). Without `error` the
    caller sent no token at all, and gets no error code (RFC 6750 section 3.1).
    """

    scheme = "Bearer"

    def __init__(
        self, status: int, error: str | None = None, description: str | None = None, **parameters: str
    ) -> None:
        super().__init__(description, status_code=status, error=error)
        self.parameters = parameters


def oauth_error(error: OAuth2Error) -> Response:
    """Return the answer to a request that `error` stopped; 401 only for a client or a token that was not accepted."""
    members = {"error": error.error, "error_description": error.description}
    body = {name: value for name, value in members.items() if value and not invalid_error_characters(value)}
    if isinstance(error, BearerError):
        response = json_response(body, error.status_code)
        found = {"resource_metadata": protected_resource.address()}
        response.headers["WWW-Authenticate"] = _challenge(error.scheme, body | error.parameters | found)
        return response
    if error.error != INVALID_CLIENT:
        return ask_to_wait(json_response(body, error.status_code))
    response = json_response(body, UNAUTHORIZED)
    response.headers["WWW-Authenticate"] = _challenge("Basic", {"charset": "UTF-8"})
    return response


def unavailable() -> Response:
    """Return the answer while the database is away, locked or full; the code is that of RFC 6749 section 4.1.2.1."""
    return ask_to_retry(oauth_error(TemporarilyUnavailable()))


def _challenge(scheme: str, parameters: Mapping[str, str]) -> str:
    values = {"realm": services().settings.issuer, **parameters}
    return f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in values.items())


class TemporarilyUnavailable(OAuth2Error):
    """The same request may work in a moment (RFC 6749 section 4.1.2.1)."""

    error = "temporarily_unavailable"
    description = "the server cannot answer at the moment; try again in a few seconds"
    status_code = 503


class TooManyRequests(TemporarilyUnavailable):
    """The network of a caller that proves nothing sent very many requests (RFC 9126 section 2.3)."""

    description = "too many requests came from this network; wait a few minutes"
    status_code = TOO_MANY


class ServerError(OAuth2Error):
    """A fault of ours (RFC 6749 section 4.1.2.1)."""

    error = "server_error"
    description = "something went wrong on our side"
    status_code = 500


class UnmetAuthenticationRequirements(OAuth2Error):
    """Nobody can reach the required level (OpenID Connect Core Error Code unmet_authentication_requirements)."""

    error = "unmet_authentication_requirements"
    description = "the demanded level of authentication cannot be reached here"
