"""Response headers against framing, scripting, caching and sniffing."""

from __future__ import annotations

import functools
from collections.abc import Iterable
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
    # Also of redirects, whose address may hold a code, and whose cookies may sign somebody in.
    "Cache-Control": "no-store",
}
NO_PAGE = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""The policy of what is not HTML."""

OPENED_BY_CLIENTS = ("/authorize", "/login/", "/consent/", "/logout")
"""Beginnings of paths that a client may open in a window of its own, redirects between them included."""


def allow_client_redirects() -> None:
    """Leave `form-action` out of this page's policy: its forms may end at a client.

    Chromium applies `form-action` to every redirect after a form, also to those at the client itself, which may lead
    to another origin or to the scheme of an app. No list of ours could name those.
    """
    g.forms_end_at_client = True


def allow_frames(response: Response, origins: Iterable[str]) -> None:
    """Let this page show frames of these origins."""
    allowed = " ".join(dict.fromkeys(origins))
    response.headers["Content-Security-Policy"] = f"{_policy()}; frame-src {allowed}"


def allow_framing() -> None:
    """Let any page show this one in a frame; such a page has nothing to click on, and shows nothing about anybody."""
    g.framed = True


def apply(response: Ours) -> Ours:
    """Add the headers; those set by the view are kept."""
    page = response.mimetype == "text/html"
    policy = _policy() if page else NO_PAGE
    present = {name.lower() for name, _ in response.headers} | ({"x-frame-options"} if g.get("framed") else set())
    ours = _fields(_opener_policy(), policy, secure=services().settings.secure)
    response.headers.extend([field for name, field in ours if name not in present])
    if page:
        vary_on(response, "Cookie")
    return response


def vary_on(response: Response, name: str) -> None:
    """Add a request header to `Vary`; Werkzeug's own set is five times slower where it is the only one."""
    if "Vary" in response.headers:
        response.vary.add(name)
    else:
        response.headers.add("Vary", name)


@functools.cache
def _fields(opener_policy: str, policy: str, *, secure: bool) -> list[tuple[str, tuple[str, str]]]:
    """Return each header beside its name in lower case; there are few combinations."""
    fields = ALWAYS | {"Cross-Origin-Opener-Policy": opener_policy, "Content-Security-Policy": policy}
    if secure:
        fields["Strict-Transport-Security"] = HSTS
    return [(name.lower(), (name, value)) for name, value in fields.items()]


def _opener_policy() -> str:
    """Return `unsafe-none` where a client may wait for its window: any other value cuts `window.opener` off."""
    opened = has_request_context() and request.path.startswith(OPENED_BY_CLIENTS)
    return "unsafe-none" if opened else "same-origin"


def _policy() -> str:
    forms = "" if g.get("forms_end_at_client") else "form-action 'self'; "
    ancestors = "*" if g.get("framed") else "'none'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        f"{forms}base-uri 'none'; frame-ancestors {ancestors}; object-src 'none'"
    )
