"""How an authorization response is sent: in the redirect's query, or as a form that posts itself.

Every answer, good or bad, names its issuer (RFC 9207) and returns `state` exactly as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.base import invalid_error_characters
from flask import Response

from idp.web.context import services
from idp.web.headers import allow_client_redirects
from idp.web.pages import page, see_other

QUERY = "query"
FORM_POST = "form_post"
SUPPORTED = (QUERY, FORM_POST)


@dataclass(frozen=True)
class AuthorizationResponder:
    """A proven redirect URI of a client: responses are sent nowhere else."""

    redirect_uri: str
    mode: str = QUERY
    state: str | None = None

    def send(self, **parameters: str) -> Response:
        """Send the browser back with these parameters."""
        sent = parameters | ({} if self.state is None else {"state": self.state}) | {"iss": services().settings.issuer}
        response = self._form(sent) if self.mode == FORM_POST else see_other(with_query(self.redirect_uri, sent))
        response.headers["Cache-Control"] = "no-store"
        return response

    def send_error(self, error: OAuth2Error) -> Response:
        """Send the browser back with an error (RFC 6749 section 4.1.2.1).

        Of `error` only its code and its own constant sentence travel: Authlib would repeat what the caller sent.
        """
        sentence = error.description
        said = {"error_description": sentence} if sentence and not invalid_error_characters(sentence) else {}
        return self.send(error=str(error.error), **said)

    def _form(self, parameters: Mapping[str, str]) -> Response:
        """Render a form that posts itself (OAuth 2.0 Form Post Response Mode)."""
        allow_client_redirects()
        response = page("protocol/form_post.html", redirect_uri=self.redirect_uri, params=parameters)
        response.headers["Referrer-Policy"] = "strict-origin"  # else the client would see `Origin: null`
        return response


def with_query(uri: str, parameters: Mapping[str, str]) -> str:
    """Return the URI with parameters added; its own query is kept to the letter (RFC 6749 section 3.1.2)."""
    added = urlencode(parameters, quote_via=quote, safe="")
    if not added:
        return uri
    separator = "" if uri.endswith(("?", "&")) else "&" if "?" in uri else "?"
    return f"{uri}{separator}{added}"
