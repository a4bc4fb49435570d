"""Cross-site request forgery: every form of ours is checked twice.

First by the site that the browser reports (`Sec-Fetch-Site`, else `Origin`); then by a token that is the HMAC
of the form's purpose under the cookie it belongs to. The cookie changes whenever something is proven, and the token
with it; a token for one sign-in or consent does not open another.
"""

from __future__ import annotations

from flask import request

from idp.kernel.handles import constant_time_equal, keyed_digest
from idp.web.context import services

FIELD = "csrf"


def token(secret: str, purpose: str) -> str:
    """The token of one form: 64 hexadecimal characters."""
    return keyed_digest(secret, f"csrf:{purpose}")


def is_valid(secret: str | None, purpose: str) -> bool:
    """Whether the form in this request came from our own page, shown to this browser, for this purpose."""
    given = request.form.get(FIELD, "")
    return secret is not None and is_same_origin() and constant_time_equal(given, token(secret, purpose))


def is_same_origin() -> bool:
    """Whether the browser reports that the request comes from one of our own pages.

    A client that sends neither header is no browser, and has no cookies of a person to abuse.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    given = request.headers.get("Origin")
    return given is None or given == services().settings.issuer
