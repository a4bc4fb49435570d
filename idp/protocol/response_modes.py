"""How an authorization response is sent, good or bad: every one returns `state` exactly as it came.

    query, fragment     in the redirect's address; a response with tokens never in its query
    form_post           as a form that posts itself (OAuth 2.0 Form Post Response Mode)
    *.jwt               the same as one signed JWT, perhaps encrypted (JARM section 2.3); `jwt` is the type's default

Every response names its issuer: as a parameter (RFC 9207), or in the JWT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.base import invalid_error_characters
from flask import Response

from idp.kernel.uris import encode_query, with_query
from idp.persistence.clients import Client
from idp.protocol.client_responses import NoEncryptionKey
from idp.protocol.jarm import response_jwt
from idp.protocol.response_types import has_tokens
from idp.web.context import services
from idp.web.headers import allow_client_redirects
from idp.web.pages import page, see_other

QUERY = "query"
FRAGMENT = "fragment"
FORM_POST = "form_post"
JWT = "jwt"
SIGNED = ".jwt"
PLAIN = (QUERY, FRAGMENT, FORM_POST)
SUPPORTED = (*PLAIN, JWT, *(f"{mode}{SIGNED}" for mode in PLAIN))
WEB = ("https://", "http://")


@dataclass(frozen=True)
class AuthorizationResponder:
    """A proven redirect URI of a client: responses are sent nowhere else."""

    client: Client
    redirect_uri: str
    mode: str = QUERY
    state: str | None = None

    @property
    def signed(self) -> bool:
        """Whether responses are signed JWTs."""
        return self.mode.endswith(SIGNED)

    @property
    def place(self) -> str:
        """Return where parameters are put: query, fragment or form_post."""
        return self.mode.removesuffix(SIGNED)

    def send(self, **parameters: str) -> Response:
        """Send the browser back with these parameters."""
        sent = parameters | ({} if self.state is None else {"state": self.state})
        if self.signed:
            sent = {"response": response_jwt(self.client, sent)}
        else:
            sent["iss"] = services().settings.issuer
        response = self._form(sent) if self.place == FORM_POST else see_other(self._address(sent))
        response.headers["Cache-Control"] = "no-store"
        return response

    def send_error(self, error: OAuth2Error) -> Response:
        """Send the browser back with an error (RFC 6749 section 4.1.2.1).

        Of `error` only its code and its own constant sentence travel: Authlib would repeat what the caller sent.
        """
        sentence = error.description
        description = {"error_description": sentence} if sentence and not invalid_error_characters(sentence) else {}
        try:
            return self.send(error=str(error.error), **description)
        except NoEncryptionKey as missing:  # an error is no secret, and how else would anybody find out?
            return replace(self, mode=self.place).send_error(missing)

    def _address(self, parameters: Mapping[str, str]) -> str:
        if self.place == FRAGMENT:  # a registered redirect URI has none of its own (RFC 6749 section 3.1.2)
            return f"{self.redirect_uri}#{encode_query(parameters)}"
        return with_query(self.redirect_uri, parameters)

    def _form(self, parameters: Mapping[str, str]) -> Response:
        """Render a form that posts itself (OAuth 2.0 Form Post Response Mode)."""
        allow_client_redirects()
        response = page("protocol/form_post.html", redirect_uri=self.redirect_uri, params=parameters)
        response.headers["Referrer-Policy"] = "strict-origin"  # else the client would see `Origin: null`
        return response


def default_mode(response_type: str | None) -> str:
    """Return how responses are sent when the request does not say (Multiple Response Types section 2.1)."""
    return FRAGMENT if has_tokens(response_type or "") else QUERY


def select_mode(requested: str | None, response_type: str | None, redirect_uri: str) -> str | None:
    """Return the response mode of a request; None for one that cannot be used: a form is posted to web addresses."""
    default = default_mode(response_type)
    if requested is None:
        return default
    if requested == JWT:
        return default + SIGNED
    if requested.removesuffix(SIGNED) == FORM_POST and not redirect_uri.startswith(WEB):
        return None
    return requested if requested in SUPPORTED else None
