"""A real HTTP server on this machine that takes what an app would be told, and answers as the test wants."""

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class Receiver(ThreadingHTTPServer):
    """`forms` are those posted so far; `status` is the next answer; `hangs` (seconds) keeps callers waiting first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
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
        return f"http://localhost:{self.server_port}/backchannel-logout"

    @property
    def tokens(self) -> list[str]:
        """The logout tokens taken so far."""
        return [form["logout_token"] for form in self.forms]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
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
def receiver() -> Iterator[Receiver]:
    """One that runs until the block ends."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
