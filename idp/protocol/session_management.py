"""OpenID Connect Session Management 1.0: a client watches, without a request to us, whether the session changed.

    authorization response  ->  session_state = digest(client, its origin, state of the browser, salt) + "." + salt
    frame at CHECK_SESSION  ->  the same from the cookie: `unchanged`, or `changed` when the cookie is another or gone

The cookie is a random value of its own, since scripts can read it: it opens nothing. Off by default; the reasons are in
docs/reference/logout.md.
"""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from flask import Blueprint, Response, after_this_request

from idp.kernel.uris import DEFAULT_PORTS
from idp.web.context import services
from idp.web.cookies import BROWSER_STATE, SESSION, clear_browser_state
from idp.web.headers import allow_framing
from idp.web.pages import page

session_management = Blueprint("session_management", __name__)
CHECK_SESSION = "/session/check"


@session_management.get(CHECK_SESSION)
def check_session() -> Response:
    """Render the page for the client's frame (section 3.2); it is the same for everybody."""
    allow_framing()
    return page("protocol/check_session.html", cookie=BROWSER_STATE.full_name)


def session_state(client_id: str, redirect_uri: str) -> dict[str, str]:
    """Return `session_state` of an authorization response (section 2); nothing where it is off, or for an app.

    A browser without a state gets one.
    """
    origin = _web_origin(redirect_uri)
    if not services().settings.session_management or origin is None:
        return {}
    state = BROWSER_STATE.read() or _new_state()
    salt = services().entropy.token(16)
    digest = hashlib.sha256(f"{client_id} {origin} {state} {salt}".encode()).hexdigest()
    return {"session_state": f"{digest}.{salt}"}


def forget_state() -> None:
    """Delete the state of a browser whose session has ended elsewhere.

    Not without the session's cookie: browsers leave only that one out of a frame of another site, which proves nothing.
    """
    if SESSION.read() and BROWSER_STATE.read():
        after_this_request(_clear_state)


def _new_state() -> str:
    state = services().entropy.token()

    @after_this_request
    def write(response: Response) -> Response:
        BROWSER_STATE.write(response, state)
        return response

    return state


def _clear_state(response: Response) -> Response:
    clear_browser_state(response)
    return response


def _web_origin(uri: str) -> str | None:
    """Return the origin as browsers write it (RFC 6454 section 6.2); None for a scheme of an app's own."""
    parts = urlsplit(uri)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = parts.port in {None, DEFAULT_PORTS[parts.scheme]}
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{parts.port}"
