"""Requests made up beforehand, so that only their answering is timed: by the application, or by a running server."""

import io
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

END_OF_HEAD = b"\r\n\r\n"
TIMEOUT = 30


@dataclass(frozen=True)
class Request:
    """What a browser or an app sends; `path` with its query."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


Unread = Callable[[], Answer]
Ready = Callable[[], Unread]


class Wire(Protocol):
    """A way to the product."""

    def prepare(self, request: Request) -> Ready:
        """Make a request up. Calling the result is what is timed; calling what that returns reads the answer."""


class InProcess:
    """Calls the WSGI application; nothing of the client's work is timed."""

    def __init__(self, app: Flask, issuer: str) -> None:
        self._app = app
        self._issuer = issuer

    def prepare(self, request: Request) -> Ready:
        """See `Wire.prepare`."""
        environ = EnvironBuilder(
            request.path,
            base_url=self._issuer,
            method=request.method,
            headers=list(request.headers.items()),
            input_stream=io.BytesIO(request.body),
            content_length=len(request.body),
        ).get_environ()

        def send() -> Unread:
            body, status, headers = run_wsgi_app(self._app, environ, buffered=True)
            return lambda: Answer(int(status[:3]), {name.lower(): value for name, value in headers}, b"".join(body))

        return send


class Connection:
    """One kept-alive connection, with the least a client can do: Python's own would cost more than the server."""

    def __init__(self, issuer: str) -> None:
        where = urlsplit(issuer)
        self._host = where.netloc
        self._socket = socket.create_connection(("127.0.0.1", where.port or 80), TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self._socket.close()

    def prepare(self, request: Request) -> Ready:
        """See `Wire.prepare`."""
        headers = {"Host": self._host, "Content-Length": str(len(request.body))} | request.headers
        lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        packed = "\r\n".join(lines).encode() + END_OF_HEAD + request.body

        def send() -> Unread:
            received = self._exchange(packed)
            return lambda: _read(received)

        return send

    def _exchange(self, packed: bytes) -> bytes:
        self._socket.sendall(packed)
        received = b""
        while (at := received.find(END_OF_HEAD)) < 0:
            received += self._more()
        length = int(received[:at].lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        while len(received) < at + len(END_OF_HEAD) + length:
            received += self._more()
        return received

    def _more(self) -> bytes:
        if not (chunk := self._socket.recv(65536)):
            message = "the server hung up"
            raise ConnectionError(message)
        return chunk


def _read(received: bytes) -> Answer:
    head, _, body = received.partition(END_OF_HEAD)
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(": ") for line in lines]
    return Answer(int(first.split(" ")[1]), {name.lower(): value for name, _, value in pairs}, body)
