"""Our cookies: HttpOnly, SameSite=Lax, and on https `Secure` with the `__Host-` prefix.

    session   the session handle
    login     binds login flows to this browser
    recover   handle of an opened password reset link, removed from the URL
    alert     the same for a link that ends a session
    email     the same for a link that confirms an address
    undo      the same for a link that undoes a change
    browser   recognises this browser: known and remembered devices

Lax, not Strict: a redirect from a client must carry the session. Values are opaque handles; the database holds digests.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request

from idp.kernel.clock import DAY, MINUTE
from idp.kernel.handles import MAX_HANDLE_LENGTH
from idp.web.context import services
from idp.web.forms import is_storable


@dataclass(frozen=True)
class Cookie:
    """A cookie: name without prefix, and lifetime in seconds (None: until the browser is closed)."""

    name: str
    max_age: int | None = None

    @property
    def full_name(self) -> str:
        """Return the full name; `__Host-` prevents a subdomain from setting it (RFC 6265bis section 4.1.3)."""
        return ("__Host-" if services().settings.secure else "") + f"countersign-{self.name}"

    def read(self) -> str | None:
        """Return the value sent by the browser, if well-formed."""
        value = request.cookies.get(self.full_name)
        return value if value and len(value) <= MAX_HANDLE_LENGTH and is_storable(value) else None

    def write(self, response: Response, value: str) -> None:
        """Set the cookie."""
        response.set_cookie(
            self.full_name,
            value,
            max_age=self.max_age,
            secure=services().settings.secure,
            httponly=True,
            samesite="Lax",
            path="/",
        )

    def clear(self, response: Response) -> None:
        """Delete the cookie."""
        response.delete_cookie(
            self.full_name, secure=services().settings.secure, httponly=True, samesite="Lax", path="/"
        )


SESSION = Cookie("session")
LOGIN = Cookie("login")
RECOVER = Cookie("recover", max_age=30 * MINUTE)
ALERT = Cookie("alert", max_age=30 * MINUTE)
EMAIL = Cookie("email", max_age=30 * MINUTE)
UNDO = Cookie("undo", max_age=30 * MINUTE)
BROWSER = Cookie("browser", max_age=400 * DAY)
