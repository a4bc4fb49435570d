"""Addresses of this machine: whether one is free, and whether somebody answers there."""

from __future__ import annotations

import errno
import http.client
import socket
from contextlib import closing

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - names of addresses, nothing listens here
"""The address to connect to when a server listens on every address."""
ANSWER_TIMEOUT = 5


def port_problem(host: str, port: int) -> str | None:
    """Why nothing of ours can listen at `host` and `port`, as half a sentence; None when it can.

    The address is taken for a moment and let go. It must be asked: servers that share a port among their workers
    would share it with a stranger's as well, and each would get half of the requests.
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
        return f"{host}:{port} cannot be used: {error.strerror or error}"
    return None


def http_status(host: str, port: int, path: str = "/") -> int | None:
    """The HTTP status of a GET without any proxy between; None when nobody answers."""
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=ANSWER_TIMEOUT)
    with closing(connection):
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
