"""Response headers against framing, scripting, caching and sniffing."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import urlsplit

from flask import g
from werkzeug.wrappers import Response

from idp.web.context import services

Ours = TypeVar("Ours", bound=Response)

HSTS = "max-age=31536000; includeSubDomains"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: under it browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def allow_form_target(redirect_uri: str) -> None:
    """Allow a redirect URI in the page's `form-action`.

    Browsers apply `form-action` to every redirect after a form, so the client's URI must be listed.
    """
    parts = urlsplit(redirect_uri)
    target = f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"
    g.form_targets = [*g.get("form_targets", []), target]


def apply(response: Ours) -> Ours:
    """Add the headers; those set by the view are kept."""
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
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


def _policy() -> str:
    targets = " ".join(["'self'", *g.get("form_targets", [])])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
