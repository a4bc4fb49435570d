"""Rendering of pages.

    view -> page(template, variables) -> commit -> Application.make_response renders -> headers

A template takes milliseconds, for which no transaction may hold its locks: SQLite has one for all writers.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import flask
from flask import Flask, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from idp.language import jinja
from idp.language.localization import localize_text, localize_values
from idp.web import language
from idp.web.context import services
from idp.web.request import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

FieldError = tuple[str, str]
"""A field of a form (`form`: the whole of it), and the sentence beside it."""

View = TypeVar("View", bound=Callable[..., Response])

JSON = (("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Pragma", "no-cache"))
EMPTY_TEXT = (("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0"))
ENCODED = re.compile(
    r"(?:https?://[a-z0-9.-]+(?::[1-9][0-9]{0,4})?)?/(?!/)[\w.~%!$&'()*+,/:;=@-]*(?:\?[\w.~%!$&'()*+,/:;=?@-]+)?",
    re.ASCII,
)
"""Addresses that Werkzeug's `iri_to_uri` returns unchanged, after 30 microseconds of work."""


class Page(Response):
    """A page whose text is rendered after the view has returned."""

    def __init__(self, template: str, variables: dict[str, Any], *, status: int) -> None:
        super().__init__(status=status)
        self._template, self._variables = template, variables

    def render(self) -> None:
        """Render the text."""
        self.set_data(render_template(self._template, **self._variables))


class Redirect(Response):
    """A redirect whose address is sent as it is, if Werkzeug would only take it apart to make the same again."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Return the headers to send."""
        return self.headers if ENCODED.fullmatch(self.headers["Location"]) else super().get_wsgi_headers(environ)


class Application(Flask):
    """Flask, with pages rendered after their views."""

    request_class = Request

    def raise_routing_exception(self, request: flask.Request) -> NoReturn:
        """Raise it; a wrong method is an error of the blueprint that has the path, which may answer in JSON."""
        error = request.routing_exception
        adapter = self.create_url_adapter(request)
        if adapter and isinstance(error, MethodNotAllowed) and error.valid_methods:
            method = max(error.valid_methods)  # not OPTIONS, which may be a view of its own
            request.url_rule, _ = adapter.match(method=method, return_rule=True)
        super().raise_routing_exception(request)

    def make_response(self, rv: ResponseReturnValue) -> Response:
        """Return the response of what a view or an error handler returned."""
        returned = rv.response if isinstance(rv, HTTPException) else rv  # `abort(page)` raises one
        if isinstance(returned, Page):
            returned.render()
        return super().make_response(rv)


def install(app: Flask) -> None:
    """Configure the template environment."""
    jinja.install(app.jinja_env)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_template_variables)


def page(
    template: str,
    *,
    status: int | None = None,
    error: FieldError | None = None,
    errors: Mapping[str, str] | None = None,
    **variables: Any,
) -> Response:
    """Return a page in its reader's language; without a status, 400 if its form has an error, else 200."""
    reader, shown = language.current_reader(), dict([error] if error else errors or {})
    values = localize_values({"errors": shown, **variables}, reader) | jinja.variables(reader)
    response = Page(template, values, status=status or (400 if shown else 200))
    language.set_language_headers(response, reader)
    return response


def translate(text: str) -> str:
    """Translate a sentence for the current reader."""
    return localize_text(text, language.current_reader())


def see_other(path: str) -> Response:
    """Redirect with GET (303): a form is never posted twice, nor to another site."""
    return Redirect(status=303, headers=[*EMPTY_TEXT, ("Location", path)])


def answers_json(view: View) -> View:
    """Mark a view that our scripts call, so that its failures are JSON, too."""
    view.answers_json = True  # type: ignore[attr-defined]  # an attribute survives the decorators of Flask and ours
    return view


def json_response(body: Mapping[str, Any], status: int = 200) -> Response:
    """Return JSON that no cache keeps (RFC 6749 section 5.1)."""
    return Response(json.dumps(body), status=status, headers=JSON)


def _template_variables() -> dict[str, Any]:
    return {"brand": services().settings.brand, "static": _static}


@functools.cache
def _static(filename: str) -> str:
    return url_for("static", filename=filename)
