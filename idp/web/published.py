"""Documents that are the same for everybody: rendered once per version, and answered without Flask.

The views and routes are Flask's; what they return is kept with all headers, under an entity tag (RFC 9110 section
8.8.3), until the version changes. Discovery and keys are most of what strangers ask for, and need neither a
transaction nor anything of the request.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Self, cast

from flask import Flask
from werkzeug.http import parse_etags
from werkzeug.wrappers import Response

from idp.kernel.clock import stopwatch
from idp.web import headers, logs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ABOUT_THE_BODY = {"content-type", "content-length"}
STATUS = {200: "200 OK", 304: "304 NOT MODIFIED"}


@dataclass(frozen=True)
class Document:
    """One rendered document; `version` says until when it is valid."""

    version: object
    etag: str
    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def from_response(cls, response: Response, version: object) -> Self:
        """Keep a response; raises `ValueError` for one that is no success."""
        if response.status_code != HTTPStatus.OK:
            message = f"a document was answered with {response.status_code}"
            raise ValueError(message)
        body = response.get_data()
        response.content_length = len(body)
        response.add_etag()
        return cls(version, response.get_etag()[0] or "", list(response.headers), body)

    def respond(self, environ: WSGIEnvironment) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return status, headers and body for a GET or HEAD (RFC 9110 sections 9.3.2 and 13.1.2)."""
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and parse_etags(known).contains_weak(self.etag):
            return 304, [header for header in self.headers if header[0].lower() not in ABOUT_THE_BODY], b""
        return 200, self.headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else self.body


class PublishedDocuments:
    """Answers GET and HEAD for `endpoints`; everything else goes on to the application.

    `version` returns the same object for as long as the documents stay the same.
    """

    def __init__(
        self,
        inner: WSGIApplication,
        app: Flask,
        endpoints: Collection[str],
        *,
        version: Callable[[], object],
        ids: logs.RequestIds,
    ) -> None:
        self._inner, self._app, self._version, self._ids = inner, app, version, ids
        self._endpoints = {rule.rule: rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint in endpoints}
        self._documents: dict[str, Document] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, or pass it on."""
        endpoint = self._endpoints.get(environ.get("PATH_INFO", ""))
        if endpoint is None or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._inner(environ, start_response)
        began, request_id = stopwatch(), self._ids.choose(environ)
        status, fields, body = self._document(endpoint).respond(environ)
        logs.log_request(environ, status, endpoint=endpoint, began=began, request_id=request_id)
        start_response(STATUS[status], [*fields, ("X-Request-Id", request_id)])
        return [body]

    def _document(self, endpoint: str) -> Document:
        version = self._version()
        document = self._documents.get(endpoint)
        if document is None or document.version is not version:
            with self._app.app_context():
                response = cast("Response", self._app.view_functions[endpoint]())
                document = Document.from_response(headers.apply(response), version)
            self._documents[endpoint] = document
        return document
