"""CSRF protection: every form is checked twice.

First the origin reported by the browser (`Sec-Fetch-Site`, else `Origin`); then a token, the HMAC of the form's purpose
keyed by its cookie. The cookie rotates whenever something is proven, and the token with it; a token is valid for one
purpose only.
"""

from __future__ import annotations

from flask import request

from idp.kernel.handles import constant_time_equal, keyed_digest
from idp.web.context import services

FIELD = "csrf"


def token(secret: str, purpose: str) -> str:
    """Return the token of a form: 64 hexadecimal characters."""
    return keyed_digest(secret, f"csrf:{purpose}")


def is_valid(secret: str | None, purpose: str) -> bool:
    """Whether this form was sent from our page, by this browser, for this purpose."""
    given = request.form.get(FIELD, "")
    return secret is not None and is_same_origin() and constant_time_equal(given, token(secret, purpose))


def is_same_origin() -> bool:
    """Whether the browser reports that the request came from one of our pages.

    A client that sends neither header is no browser, and has no cookies to abuse.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    given = request.headers.get("Origin")
    return given is None or given == services().settings.issuer
