"""Response headers against framing, scripting, caching and sniffing."""

from __future__ import annotations

from typing import TypeVar

from flask import g, has_request_context, request
from werkzeug.wrappers import Response

from idp.web.context import services

Ours = TypeVar("Ours", bound=Response)

HSTS = "max-age=31536000; includeSubDomains"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: under it browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


OPENED_BY_CLIENTS = ("/authorize", "/login/", "/consent/", "/logout")
"""Beginnings of paths that a client may open in a window of its own, redirects between them included."""


def allow_client_redirects() -> None:
    """Leave `form-action` out of this page's policy: its forms may end at a client.

    Chromium applies `form-action` to every redirect after a form, also to those at the client itself, which may lead
    to another origin or to the scheme of an app. No list of ours could name those.
    """
    g.forms_end_at_client = True


def apply(response: Ours) -> Ours:
    """Add the headers; those set by the view are kept."""
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cross-Origin-Opener-Policy", _opener_policy())
    # Also of redirects, whose address may hold a code, and whose cookies may sign somebody in.
    response.headers.setdefault("Cache-Control", "no-store")
    if services().settings.secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", _policy())
        response.vary.add("Cookie")
    else:
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
    return response


def _opener_policy() -> str:
    """Return `unsafe-none` where a client may wait for its window: any other value cuts `window.opener` off."""
    opened = has_request_context() and request.path.startswith(OPENED_BY_CLIENTS)
    return "unsafe-none" if opened else "same-origin"


def _policy() -> str:
    forms = "" if g.get("forms_end_at_client") else "form-action 'self'; "
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        f"{forms}base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
