"""The request as views see it."""

from __future__ import annotations

import flask
from werkzeug.datastructures import ImmutableMultiDict, MIMEAccept
from werkzeug.http import parse_accept_header
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

LONGEST_ACCEPT = 500
"""Characters of `Accept` that are parsed: Werkzeug takes quadratic time for blanks. Browsers send a fifth."""


class Request(flask.Request):
    """A request whose cookies are read without going through all of its headers, and whose `Accept` is bounded."""

    @cached_property
    def accept_mimetypes(self) -> MIMEAccept:
        """Return the media types that the client accepts."""
        return parse_accept_header(self.environ.get("HTTP_ACCEPT", "")[:LONGEST_ACCEPT], MIMEAccept)

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """Return the cookies that the browser sent."""
        return parse_cookie(self.environ.get("HTTP_COOKIE"), cls=ImmutableMultiDict)  # type: ignore[return-value]  # the class given
