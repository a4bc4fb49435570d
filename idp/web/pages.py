"""Rendering a page with what every template needs."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, make_response, render_template, url_for

from idp.web.context import core


def install(app: Flask) -> None:
    """Prepare the template environment once, when the application is made."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_common)


def page(template: str, *, status: int = 200, **variables: Any) -> Response:
    """A page as a response."""
    return make_response(render_template(template, **variables), status)


def see_other(path: str) -> Response:
    """Go on with GET (303): a form's content is never posted twice, nor on to another site."""
    response = make_response("", 303)
    response.headers["Location"] = path
    response.mimetype = "text/plain"
    return response


def json_text(text: str, *, status: int = 200) -> Response:
    """JSON for a script of ours, kept nowhere."""
    response = make_response(text, status)
    response.mimetype = "application/json"
    response.headers["Cache-Control"] = "no-store"
    return response


def _common() -> dict[str, Any]:
    return {"brand": core().settings.brand, "lang": "en", "dir": "ltr", "static": _static}


def _static(filename: str) -> str:
    return url_for("static", filename=filename)
