"""Our cookies: HttpOnly, SameSite=Lax, and on https `Secure` with the `__Host-` prefix.

    session   the session handle
    keep      until when that cookie outlives the browser, as its person chose (seconds, UTC)
    login     binds login flows to this browser
    recover   handle of an opened password reset link, removed from the URL
    alert     the same for a link that ends a session
    email     the same for a link that confirms an address
    undo      the same for a link that undoes a change
    register  the same for a link that creates an account
    browser   recognises this browser: known and remembered devices
    state     changes with the session: the only cookie that scripts read, and that frames of clients get

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
    """A cookie: name without prefix, and lifetime in seconds (None: until the browser is closed).

    `framed`: our scripts read it, also in frames of clients, so it must not be worth anything.
    """

    name: str
    max_age: int | None = None
    framed: bool = False

    @property
    def full_name(self) -> str:
        """Return the full name; `__Host-` prevents a subdomain from setting it (RFC 6265bis section 4.1.3)."""
        return ("__Host-" if services().settings.secure else "") + f"countersign-{self.name}"

    def read(self) -> str | None:
        """Return the value sent by the browser, if well-formed."""
        value = request.cookies.get(self.full_name)
        return value if value and len(value) <= MAX_HANDLE_LENGTH and is_storable(value) else None

    def write(self, response: Response, value: str, *, max_age: int | None = None) -> None:
        """Set the cookie; `max_age` (seconds) replaces its usual lifetime."""
        response.set_cookie(
            self.full_name,
            value,
            max_age=self.max_age if max_age is None else max_age,
            secure=services().settings.secure,
            httponly=not self.framed,
            samesite=self._same_site,
            path="/",
        )

    def clear(self, response: Response) -> None:
        """Delete the cookie."""
        response.delete_cookie(
            self.full_name,
            secure=services().settings.secure,
            httponly=not self.framed,
            samesite=self._same_site,
            path="/",
        )

    @property
    def _same_site(self) -> str:
        """Return `None` only on https: browsers refuse it without `Secure`."""
        return "None" if self.framed and services().settings.secure else "Lax"


SESSION = Cookie("session")
KEEP = Cookie("keep")
LOGIN = Cookie("login")
RECOVER = Cookie("recover", max_age=30 * MINUTE)
ALERT = Cookie("alert", max_age=30 * MINUTE)
EMAIL = Cookie("email", max_age=30 * MINUTE)
UNDO = Cookie("undo", max_age=30 * MINUTE)
REGISTER = Cookie("register", max_age=30 * MINUTE)
BROWSER = Cookie("browser", max_age=400 * DAY)
BROWSER_STATE = Cookie("state", framed=True)
"""Written while `session_management` is on; `protocol.session_management` explains it."""


def write_session(response: Response, handle: str) -> None:
    """Set the session cookie, under the lifetime that its person chose at their sign-in."""
    chosen = KEEP.read() or ""
    until = int(chosen) if chosen.isascii() and chosen.isdecimal() else 0
    SESSION.write(response, handle, max_age=_lifetime(until))


def write_new_session(response: Response, handle: str, *, keep: bool) -> None:
    """Set the cookie of a new session; `keep`: it outlives the browser, for as long as policy allows."""
    until = services().clock.now() + services().settings.keep_signed_in_days * DAY if keep else 0
    lifetime = _lifetime(until)
    SESSION.write(response, handle, max_age=lifetime)
    if lifetime:
        KEEP.write(response, str(until), max_age=lifetime)
    elif KEEP.read():
        KEEP.clear(response)
    if services().settings.session_management:
        BROWSER_STATE.write(response, services().entropy.token())


def clear_browser_state(response: Response) -> None:
    """Delete the state of this browser, if it has one, so that its session counts as changed."""
    if BROWSER_STATE.read():
        BROWSER_STATE.clear(response)


def _lifetime(until: int) -> int | None:
    """Return the seconds left, at most what policy allows; None: until the browser is closed."""
    longest = services().settings.keep_signed_in_days * DAY
    left = min(until - services().clock.now(), longest)
    return left if left > 0 else None
