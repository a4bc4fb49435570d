"""What the suite wants a person to answer away from its clients (CIBA): it calls an address, and we open our page."""

import contextlib
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from urllib.parse import parse_qs, urlsplit

from tests.support.receiver import running


@dataclass(frozen=True)
class Wanted:
    """An answer to one authentication request."""

    auth_req_id: str
    allowed: bool


class Approvals(ThreadingHTTPServer):
    """Takes the calls of the suite; `next` returns them one by one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.waiting: SimpleQueue[Wanted] = SimpleQueue()

    @property
    def address(self) -> str:
        """Return the address for the suite's configuration, which fills in the names in braces."""
        return f"http://127.0.0.1:{self.server_port}/?auth_req_id={{auth_req_id}}&action={{action}}"

    def next(self) -> Wanted | None:
        """Return the next answer that is wanted."""
        try:
            return self.waiting.get_nowait()
        except Empty:
            return None


class _Handler(BaseHTTPRequestHandler):
    server: Approvals

    def do_POST(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.server.waiting.put(Wanted(query["auth_req_id"][0], query["action"] == ["allow"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def taking_approvals() -> contextlib.AbstractContextManager[Approvals]:
    """Take calls until the block ends."""
    return running(Approvals())
