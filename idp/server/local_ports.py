"""Checks of local ports: free, or serving HTTP."""

from __future__ import annotations

import errno
import http.client
import socket
from contextlib import closing

from idp.kernel.uris import authority

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - names of addresses, nothing listens here
"""Address to connect to when a server listens on all addresses."""
ANSWER_TIMEOUT = 5


def port_problem(host: str, port: int) -> str | None:
    """Describe why `host` and `port` cannot be bound; None when they can.

    They are bound for a moment to test: with port sharing, a server would share the port with another program's, and
    each would get half of the requests.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with closing(socket.socket(family, kind, protocol)) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"port {port} on {host} is taken by another program"
        if error.errno == errno.EACCES:
            return f"port {port} may be used by the administrator of this machine only"
        return f"{authority(host, port)} cannot be used: {error.strerror or error}"
    return None


def http_status(host: str, port: int, path: str = "/", *, name: str = "") -> int | None:
    """Return the HTTP status of a GET without proxy; None without a response. `name` replaces the host asked for."""
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=ANSWER_TIMEOUT)
    with closing(connection):
        try:
            connection.request("GET", path, headers={"Host": name} if name else {})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
