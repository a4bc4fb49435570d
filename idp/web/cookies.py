"""The cookies we set, and how: HttpOnly, SameSite=Lax, and on https `Secure` with the `__Host-` prefix.

    session   who is signed in here; dies with the browser's own session or ours, whichever is first
    login     binds sign-ins under way to this browser
    recover   the handle of a mailed link that sets a new password, out of the address once the link was opened
    alert     the same of a link that ends a sign-in
    email     the same of a link that confirms a new address
    undo      the same of a link that takes such a change back
    browser   lets us recognise this browser again: known devices, remembered devices

Lax, not Strict: an app's redirect to us must find the session. Values are opaque handles; the database holds digests.
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
    """One cookie: its name without prefix, and its life in seconds (None: until the browser is closed)."""

    name: str
    max_age: int | None = None

    @property
    def full_name(self) -> str:
        """The name on the wire; `__Host-` keeps a sibling or subdomain from planting it (RFC 6265bis section 4.1.3)."""
        return ("__Host-" if services().settings.secure else "") + f"countersign-{self.name}"

    def read(self) -> str | None:
        """The value the browser sent, if it can be one of ours."""
        value = request.cookies.get(self.full_name)
        return value if value and len(value) <= MAX_HANDLE_LENGTH and is_storable(value) else None

    def write(self, response: Response, value: str) -> None:
        """Set it."""
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
        """Remove it."""
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
