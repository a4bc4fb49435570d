"""OpenID Connect Front-Channel Logout 1.0: each client opens in a frame of the page that follows a sign-out.

    signed out -> no client wants it: on at once
               -> the page "You are signed out", a frame for each client -> on when all are loaded (GO_ON_AFTER)

A client in a frame sees its cookies only where the browser allows them there: docs/reference/logout.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

from idp.kernel.uris import origin_of, with_query
from idp.persistence.logout_clients import LogoutClient
from idp.web.context import services
from idp.web.headers import allow_frames
from idp.web.pages import page, see_other

GO_ON_AFTER = 2
"""Seconds after the page and its frames are loaded; where scripts run, `frontchannel_logout.js` is faster."""
LONGEST_WAIT = 5
"""Seconds that the script waits for frames that do not load."""
MOST_FRAMES = 20


@dataclass(frozen=True)
class LogoutTarget:
    """Where people go once they are signed out.

    `address`: they are sent there; without it a page has a link to `back_href`. `client`: name of the app that either
    one belongs to.
    """

    address: str | None = None
    back_href: str | None = None
    client_name: str | None = None


def respond_signed_out(target: LogoutTarget, clients: Sequence[LogoutClient] = ()) -> Response:
    """Redirect to the target, or render a page with a link to it; clients that want to know are framed first."""
    frames = _frames(clients)
    if target.address and not frames:
        return see_other(target.address)
    response = page(
        "session/logged_out.html",
        client_name=target.client_name,
        back_href=target.back_href,
        next_href=target.address,
        frames=frames,
        longest_wait=LONGEST_WAIT,
    )
    if frames:
        allow_frames(response, [origin_of(uri) for uri in frames])
    if target.address and frames:  # a header, so that it needs no script and no second page
        response.headers["Refresh"] = f"{GO_ON_AFTER}; url={target.address}"
    return response


def _frames(clients: Sequence[LogoutClient]) -> list[str]:
    """Return the addresses to open, each once, as many as a browser loads in the time it is given."""
    return list(dict.fromkeys(_address(client) for client in clients if client.frontchannel_logout_uri))[:MOST_FRAMES]


def _address(client: LogoutClient) -> str:
    """Return the client's address, with `iss` and `sid` if it requires them (section 2)."""
    uri = client.frontchannel_logout_uri or ""
    if not client.frontchannel_logout_session_required:
        return uri
    return with_query(uri, {"iss": services().settings.issuer, "sid": client.sid})
