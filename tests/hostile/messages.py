"""One hostile request: as an environ or as bytes, and what would be wrong with its answer."""

import io
import time
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import run_wsgi_app

BOUND = 10.0
"""Seconds for one answer, on a busy machine."""
UNAVAILABLE = 503
ALWAYS = ("X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy", "Referrer-Policy", "Cache-Control")
"""Headers that no answer may lack."""
UNPREFIXED = ("CONTENT_TYPE", "CONTENT_LENGTH")

Pairs = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class HostileRequest:
    """`path` and `query` as on the wire; `forged` must not be answered as if it were good."""

    kind: str
    method: str
    path: bytes
    query: bytes = b""
    headers: Pairs = ()
    body: bytes = b""
    address: str = "192.0.2.1"
    forged: bool = False

    @property
    def target(self) -> bytes:
        """What stands between the method and the version of HTTP."""
        return self.path + (b"?" + self.query if self.query else b"")

    def with_headers(self, *pairs: tuple[str, bytes]) -> "HostileRequest":
        """The same with these headers in place of those of the same names."""
        replaced = {name.lower() for name, _ in pairs}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in replaced)
        return replace(self, headers=kept + pairs)

    def environ(self, issuer: str) -> dict[str, Any]:
        """What the server would hand to the application (PEP 3333); repeated headers joined by a comma."""
        where = urlsplit(issuer)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(self.path).decode("latin-1"),
            "QUERY_STRING": self.query.decode("latin-1"),
            "SERVER_NAME": where.hostname,
            "SERVER_PORT": str(where.port or 443),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.address,
            "CONTENT_LENGTH": str(len(self.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": where.scheme,
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        sent: dict[str, str] = {}
        for name, value in self._with_host(where.netloc):
            key = name.upper().replace("-", "_")
            key = key if key in UNPREFIXED else f"HTTP_{key}"
            sent[key] = (sent[key] + "," if key in sent else "") + value.decode("latin-1")
        return environ | sent

    def on_wire(self, host: str) -> bytes:
        """The same as bytes; the connection ends with the answer."""
        lines = [b"%b %b HTTP/1.1" % (self.method.encode("latin-1"), self.target)]
        lines += [name.encode() + b": " + value for name, value in self._with_host(host)]
        if all(name.lower() != "content-length" for name, _ in self.headers):
            lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + self.body

    def _with_host(self, host: str) -> Pairs:
        hostile = any(name.lower() == "host" for name, _ in self.headers)
        return self.headers if hostile else (("Host", host.encode()), *self.headers)


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds; `raised` is an exception that left the application."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    seconds: float = 0.0
    raised: str = ""


def ask(app: Flask, issuer: str, request: HostileRequest) -> Answer:
    """Send a request to the application."""
    environ, began = request.environ(issuer), time.perf_counter()
    try:
        body, status, headers = run_wsgi_app(app, environ, buffered=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        return Answer(0, seconds=time.perf_counter() - began, raised=repr(error))
    return Answer(int(status[:3]), headers, b"".join(body), time.perf_counter() - began)


def fault(request: HostileRequest, answer: Answer, origins: tuple[str, ...]) -> str:
    """What is wrong with an answer; empty: nothing. Redirects may lead to `origins` and inside the product."""
    location = answer.headers.get("Location", "")
    deliberate = answer.status == UNAVAILABLE and "Retry-After" in answer.headers
    found = {
        f"raised {answer.raised}": bool(answer.raised),
        f"status {answer.status}": answer.status >= 500 and not deliberate,
        "hang": answer.seconds > BOUND,
        "a forged token was accepted": request.forged and _accepted(answer),
        f"redirect to {location}": bool(location) and not _inside(location) and not location.startswith(origins),
        "a stack trace": b"Traceback (most recent" in answer.body,
        "a header is missing": not answer.raised and any(name not in answer.headers for name in ALWAYS),
    }
    return next((name for name, present in found.items() if present), "")


def _accepted(answer: Answer) -> bool:
    return 200 <= answer.status < 300 and (b"active" not in answer.body or b'"active":true' in answer.body)


def _inside(location: str) -> bool:
    return location.startswith("/") and not location.startswith(("//", "/\\"))
