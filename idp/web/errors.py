"""Error pages: a sentence, a remedy, a link and a reference for support; never a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from idp.factors.hash_pool import HasherBusy
from idp.kernel.text import Text
from idp.persistence.failures import DatabaseUnavailable
from idp.signing.sealing import SealBroken
from idp.web import account_paths
from idp.web.pages import json_response, page
from idp.web.paths import redact_secrets

log = logging.getLogger("idp.web")

WORDS = {
    400: (Text("That request was not understood"), Text("Go back, reload the page and try again.")),
    403: (Text("That is not allowed here"), Text("Go back, reload the page and try again.")),
    404: (Text("There is no such page"), Text("Check the address, or start again from the app you came from.")),
    405: (Text("That is not how this page is used"), Text("Start again from the app you came from.")),
    413: (Text("That was too much at once"), Text("Shorten what you entered and try again.")),
    429: (Text("Too many tries"), Text("Wait a few minutes, then try again.")),
    503: (
        Text("We cannot answer at the moment"),
        Text("Wait a few seconds, then try again. If it happens again, tell your administrator the reference below."),
    ),
}
JSON_DESCRIPTIONS = {
    404: "there is nothing at this address",
    405: "this method is not allowed here",
    413: "the request is too large",
}
HTML, JSON_TYPE = "text/html", "application/json"
BUSY = (
    Text("Many people are signing in right now"),
    Text("Your password was not checked. Wait a few seconds, then try again."),
)
KEY_MISSING = (
    Text("We cannot check this at the moment"),
    Text("A key of this service is missing or was replaced. Ask your administrator, and name the reference below."),
)
FALLBACK = (
    Text("Something went wrong on our side"),
    Text("Try again in a moment. If it happens again, tell your administrator the reference below."),
)


@dataclass(frozen=True)
class Link:
    """A link at the end of an error page."""

    label: str
    href: str


def home_links(name: str, address: str | None) -> tuple[Link, ...]:
    """Return the link to a client's home page, if an administrator set one."""
    return (Link(Text("Back to {name}", name=name), address),) if address else ()


MY_ACCOUNT = Link(Text("My account"), account_paths.HOME)

RELOAD = Link(Text("Try again"), "")
"""A link to the address of the page itself."""

UNAVAILABLE = 503
RETRY_AFTER = 5
"""Seconds after which a request that met an unavailable database may be sent again."""

TOO_MANY = 429
RETRY_AFTER_LIMIT = 900
"""Seconds after which a limit that was reached allows something again; the short window of most limits."""


class Refusal(Exception):
    """Abort the request with an error page; the transaction is rolled back.

    `title`, `message` and `links` are shown to the person; `detail` is only logged.
    """

    def __init__(
        self, status: int, title: str, message: str, *, links: Sequence[Link] = (MY_ACCOUNT,), detail: str = ""
    ) -> None:
        super().__init__(detail or title)
        self.status, self.title, self.message, self.links, self.detail = status, title, message, links, detail


def install(app: Flask) -> None:
    """Register the error handlers."""
    app.register_error_handler(Refusal, _handle_refusal)
    app.register_error_handler(DatabaseUnavailable, handle_unavailable)
    app.register_error_handler(HasherBusy, handle_busy)
    app.register_error_handler(SealBroken, _handle_broken_seal)
    app.register_error_handler(HTTPException, _handle_http_error)
    app.register_error_handler(Exception, _handle_exception)
    app.log_exception = _leave_to_wsgi  # type: ignore[assignment, method-assign]  # Flask logs the path with its secrets


def _leave_to_wsgi(_: object) -> None:
    """Log nothing: an exception of these handlers is logged by `wsgi.FailureResponse`."""


def error_page(status: int, title: str, message: str, links: Sequence[Link] = (MY_ACCOUNT,)) -> Response:
    """Render an error page, for views that refuse and still commit; the first of `links` is the primary action."""
    shown = [{"label": link.label, "href": link.href} for link in links]
    reference = g.get("request_id", "")
    return page("errors/page.html", status=status, title=title, message=message, links=shown, reference=reference)


def ask_to_retry(response: Response) -> Response:
    """Add `Retry-After` (RFC 9110 section 10.2.3)."""
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def ask_to_wait(response: Response) -> Response:
    """Add `Retry-After` to an answer that a limit was reached (RFC 6585 section 4)."""
    if response.status_code == TOO_MANY:
        response.headers["Retry-After"] = str(RETRY_AFTER_LIMIT)
    return response


def log_unavailable(error: DatabaseUnavailable) -> None:
    """Log one line: a stack trace for every request would fill the disk that may be full already."""
    log.error("the database is unavailable at %s %s: %s", request.method, redact_secrets(request.path), error)


def handle_unavailable(error: DatabaseUnavailable) -> Response:
    """Answer 503: a page that says try again, or JSON to a script of ours."""
    log_unavailable(error)
    links = (RELOAD,) if request.method == "GET" else ()
    return ask_to_retry(_failure(UNAVAILABLE, *WORDS[UNAVAILABLE], links=links))


def handle_busy(busy: HasherBusy) -> Response:
    """Answer 503 while too many passwords are checked; nothing was stored, so the request can be sent again."""
    log.warning("%s at %s %s", busy, request.method, redact_secrets(request.path))
    return ask_to_retry(_failure(UNAVAILABLE, *BUSY, links=(RELOAD,)))


def _handle_broken_seal(_: SealBroken) -> Response:
    """Answer 503: the secret of a factor, or codes that are shown again, cannot be read with the present keys."""
    log.error(
        "a sealed secret cannot be read at %s %s: sealing.json in the keys directory is not the one that sealed it",
        request.method,
        redact_secrets(request.path),
    )
    return _failure(UNAVAILABLE, *KEY_MISSING, links=(MY_ACCOUNT,))


def _handle_refusal(refusal: Refusal) -> Response:
    log.info("refused: %s", refusal.detail or refusal.title)
    return ask_to_wait(error_page(refusal.status, refusal.title, refusal.message, refusal.links))


def _handle_http_error(error: HTTPException) -> Response:
    if isinstance(error.response, Response):  # `abort(response)`; all of its cookies stay
        return error.response
    status = error.code or 500
    cause = getattr(error, "original_exception", None)  # raised in another error handler, and wrapped by Flask
    if isinstance(cause, DatabaseUnavailable):
        return handle_unavailable(cause)
    if isinstance(cause, Refusal):
        return _handle_refusal(cause)
    if 300 <= status < 400:  # noqa: PLR2004 - redirects pass
        return Response(
            response=error.get_response().response, status=status, headers=dict(error.get_response().headers)
        )
    if request.accept_mimetypes.best_match((HTML, JSON_TYPE)) == JSON_TYPE:
        return json_error(error)
    return _allow(error_page(status, *WORDS.get(status, FALLBACK)), error)


def json_error(error: HTTPException) -> Response:
    """Return an error of HTTP itself for programs: no such address or method, too large, broken off."""
    code = error.code or 400
    description = JSON_DESCRIPTIONS.get(code, "the request could not be read")
    return _allow(json_response({"error": "invalid_request", "error_description": description}, code), error)


def _allow(response: Response, error: HTTPException) -> Response:
    """Name the methods that are served, if that is what was wrong (RFC 9110 section 15.5.6)."""
    if allow := error.get_response().headers.get("Allow"):
        response.headers["Allow"] = allow
    return response


def _handle_exception(error: Exception) -> Response:
    log.error("unexpected error at %s %s", request.method, redact_secrets(request.path), exc_info=error)
    return _failure(500, *FALLBACK, links=())


def _failure(status: int, title: str, message: str, *, links: Sequence[Link]) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if hasattr(view, "answers_json"):
        return json_response({}, status)
    return error_page(status, title, message, links)
