"""Error pages: a sentence, a remedy, a link and a reference for support; never a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from idp.kernel.text import Text
from idp.web import account_paths
from idp.web.pages import page
from idp.web.paths import redact_secrets

log = logging.getLogger("idp.web")

WORDS = {
    400: (Text("That request was not understood"), Text("Go back, reload the page and try again.")),
    403: (Text("That is not allowed here"), Text("Go back, reload the page and try again.")),
    404: (Text("There is no such page"), Text("Check the address, or start again from the app you came from.")),
    405: (Text("That is not how this page is used"), Text("Start again from the app you came from.")),
    413: (Text("That was too much at once"), Text("Shorten what you entered and try again.")),
    429: (Text("Too many tries"), Text("Wait a few minutes, then try again.")),
}
FALLBACK = (
    Text("Something went wrong on our side"),
    Text("Try again in a moment. If it happens again, tell support the reference below."),
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


def _handle_refusal(refusal: Refusal) -> Response:
    log.info("refused: %s", refusal.detail or refusal.title)
    return error_page(refusal.status, refusal.title, refusal.message, refusal.links)


def _handle_http_error(error: HTTPException) -> Response:
    if isinstance(error.response, Response):  # `abort(response)`; all of its cookies stay
        return error.response
    status = error.code or 500
    if 300 <= status < 400:  # noqa: PLR2004 - redirects pass
        return Response(
            response=error.get_response().response, status=status, headers=dict(error.get_response().headers)
        )
    response = error_page(status, *WORDS.get(status, FALLBACK))
    if allow := error.get_response().headers.get("Allow"):
        response.headers["Allow"] = allow
    return response


def _handle_exception(error: Exception) -> Response:
    log.error("unexpected error at %s %s", request.method, redact_secrets(request.path), exc_info=error)
    return error_page(500, *FALLBACK, links=())
