"""A real HTTP server on this machine that takes what apps or providers would be told, and answers as a test wants."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from urllib.parse import parse_qs

Server = TypeVar("Server", bound=ThreadingHTTPServer)


@dataclass(frozen=True)
class Asked:
    """One request; names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Api = Callable[[Asked], tuple[int, bytes]]
"""Somebody's HTTP interface: status and JSON body for each request."""


class Receiver(ThreadingHTTPServer):
    """`forms` are those posted so far; `status` is the next answer; `hangs` (seconds) keeps callers waiting first.

    With an `api`, that gives the answers instead.
    """

    daemon_threads = True

    def __init__(self, api: Api | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api
        self.forms: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.location = ""
        self.hangs = 0.0
        self.drips = False
        self.called = threading.Event()

    @property
    def url(self) -> str:
        return f"{self.origin}/backchannel-logout"

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server_port}"

    @property
    def tokens(self) -> list[str]:
        """The logout tokens taken so far."""
        return [form["logout_token"] for form in self.forms]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def _serve(self, body: bytes) -> None:
        if self.server.api is None:
            self._take(body.decode())
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, content = self.server.api(Asked(self.command, self.path, headers, body))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _take(self, body: str) -> None:
        self.server.paths.append(self.path)
        self.server.headers.append(dict(self.headers))
        self.server.forms.append({name: value for name, (value,) in parse_qs(body).items()})
        self.server.called.set()
        if self.server.hangs:
            time.sleep(self.server.hangs)
        if self.server.drips:
            self._drip()
            return
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drip(self) -> None:
        """A line that never ends, a letter at a time: no single wait is long."""
        with contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _ in range(200):
                self.wfile.write(b"a")
                time.sleep(0.1)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """One that runs until the block ends."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def receiver(api: Api | None = None) -> contextlib.AbstractContextManager[Receiver]:
    """One that runs until the block ends."""
    return running(Receiver(api))
