"""WSGI layers around the application: they refuse other hosts, encode queries, and answer every exception."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from flask import Flask
from werkzeug.wrappers import Request, Response

from idp.config import Settings
from idp.web import headers, logs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("idp.web")

LONGEST_NAME = 253
HOST = re.compile(r"([A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
NOT_ASCII = re.compile(r"[\x80-\xff]+")
BACK_CHANNEL = "backchannel."
"""Begins the endpoints that clients call directly."""
SAFE_METHODS = {"GET", "HEAD"}
WITHOUT_HOST = {"HTTP/1", "HTTP/1.0"}
"""Protocols that need no Host header; granian writes the former."""


class HostCheck:
    """Refuses a request whose host is not the issuer's, before anything reads it (RFC 9110 section 7.4).

    400 when the Host header is missing, repeated or malformed (RFC 9112 section 3.2), 421 when it names another host.
    The port is not compared: proxies differ in which one they pass on. The host of `mtls_origin` serves what clients
    call directly, and no page. In development, pages opened by another name of this machine redirect to the issuer.
    """

    def __init__(self, inner: WSGIApplication, app: Flask, settings: Settings) -> None:
        self._inner, self._app, self._settings, self._host = inner, app, settings, settings.host
        self._redirected = settings.other_local_hosts if settings.development else frozenset()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, or refuse it."""
        refusal = self._refusal(environ)
        if refusal is None:
            return self._inner(environ, start_response)
        if (environ.get("HTTP_HOST") or "").lower() in self._redirected and environ["REQUEST_METHOD"] in SAFE_METHODS:
            return self._redirect(environ)(environ, start_response)
        status, reason = refusal
        return _respond(self._app, environ, status, reason)(environ, start_response)

    def _redirect(self, environ: WSGIEnvironment) -> Response:
        scheme, host, *_ = urlsplit(self._settings.issuer)
        response = _respond(self._app, environ, 302, f"Open {self._settings.issuer} instead.")
        response.location = Request(environ | {"wsgi.url_scheme": scheme, "HTTP_HOST": host}).url
        return response

    @cached_property
    def _back_channel(self) -> frozenset[str]:
        rules = self._app.url_map.iter_rules()
        return frozenset(rule.rule for rule in rules if rule.endpoint.startswith(BACK_CHANNEL))

    def _refusal(self, environ: WSGIEnvironment) -> tuple[int, str] | None:
        sent = environ.get("werkzeug.proxy_fix.orig", environ).get("HTTP_HOST") or ""
        host = environ.get("HTTP_HOST") or ""
        if not host and environ.get("SERVER_PROTOCOL") in WITHOUT_HOST:
            return None
        if not sent or "," in sent:  # the server joins repeated headers by a comma
            return 400, "The Host header is missing or repeated."
        found = HOST.fullmatch(host)
        if not found or len(found[1]) > LONGEST_NAME:
            return 400, "The Host header is malformed."
        name = found[1].lower().strip("[]")
        if name == self._host:
            return None
        if name == self._settings.mtls_host and environ.get("PATH_INFO") in self._back_channel:
            return None
        return 421, (
            f"This server answers as {self._settings.issuer} only: open that address. A reverse proxy must pass on "
            "the host that was asked for: in Host, or in X-Forwarded-Host together with IDP_TRUSTED_PROXIES."
        )


class EncodedQuery:
    """Percent-encodes the bytes of a query that are not ASCII, as RFC 3986 section 2.1 requires.

    Werkzeug raises for those that are not UTF-8; percent-encoded ones are refused where the parameter is read.
    """

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on."""
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ["QUERY_STRING"] = NOT_ASCII.sub(lambda found: quote(found[0], encoding="latin-1"), query)
        return self._inner(environ, start_response)


class FailureResponse:
    """Answers 500 when anything raises: also when a request cannot be routed, or the error page cannot be rendered."""

    def __init__(self, inner: WSGIApplication, app: Flask) -> None:
        self._inner, self._app = inner, app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on."""
        try:
            return self._inner(environ, start_response)
        except Exception:
            log.exception("unexpected error outside the application")
            response = _respond(self._app, environ, 500, "Something went wrong on our side. Try again in a moment.")
            return response(environ, start_response)


def _respond(app: Flask, environ: WSGIEnvironment, status: int, reason: str) -> Response:
    logs.log_outside_requests(environ, status)
    response = Response(reason + "\n", status=status, mimetype="text/plain")
    with app.app_context():
        return headers.apply(response)
