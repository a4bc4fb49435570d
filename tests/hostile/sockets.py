"""Hostile bytes over sockets to the served product: requests of the grammar, and hostile framing."""

import select
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from urllib.parse import quote, urlsplit

from tests.hostile import values
from tests.hostile.campaign import SEED, Counts
from tests.hostile.messages import BOUND, HostileRequest
from tests.support.harness import ISSUER

CLIENTS = 4
CLOSED = "closed"
"""The server ended the connection without an answer: it may, when the bytes are no request."""
HANG = "hang"
FRAMING = "sockets: framing"
UNFINISHED = 0.5
"""Seconds after which the rest of a request will not come."""
FIRST = b"HTTP/1."
JWKS = b"GET /jwks HTTP/1.1"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
GOOD_BODY = b"grant_type=client_credentials"

Framing = Callable[[Random, bytes], bytes]


def _post(host: bytes, headers: bytes, body: bytes = GOOD_BODY) -> bytes:
    return b"POST /token HTTP/1.1\r\nHost: " + host + b"\r\n" + FORM + headers + b"\r\n" + body


def _long(host: bytes, *headers: bytes) -> bytes:
    return _post(host, b"".join(each + b"\r\n" for each in headers))


def _get(host: bytes, line: bytes, headers: bytes = b"") -> bytes:
    return line + b"\r\nHost: " + host + b"\r\n" + headers + b"Connection: close\r\n\r\n"


FRAMINGS: dict[str, Framing] = {
    "two lengths": lambda _, host: _long(host, b"Content-Length: 5", b"Content-Length: 29"),
    "a negative length": lambda _, host: _long(host, b"Content-Length: -29"),
    "a long length": lambda _, host: _long(host, b"Content-Length: 99999"),
    "a huge length": lambda _, host: _long(host, b"Content-Length: " + b"9" * 40),
    "a length in words": lambda random, host: _long(host, b"Content-Length: " + values.header(random)[:100]),
    "length and chunks": lambda _, host: _long(host, b"Content-Length: 4", b"Transfer-Encoding: chunked"),
    "chunks": lambda _, host: _post(host, CHUNKED, b"1d\r\n" + GOOD_BODY + b"\r\n0\r\n\r\n"),
    "broken chunks": lambda random, host: _post(host, CHUNKED, values.raw(random) + b"\r\nx"),
    "endless chunks": lambda _, host: _post(host, CHUNKED, b"1\r\nx\r\n" * 2000),
    "an unknown coding": lambda _, host: _long(host, b"Transfer-Encoding: gzip, identity"),
    "no host": lambda _, _host: b"GET /jwks HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two hosts": lambda _, host: _get(host, JWKS, b"Host: evil.example\r\n"),
    "HTTP/1.0": lambda _, _host: b"GET /jwks HTTP/1.0\r\n\r\n",
    "HTTP/0.9": lambda _, _host: b"GET /jwks\r\n",
    "HTTP/9": lambda _, host: _get(host, b"GET /jwks HTTP/9.9"),
    "HTTP/2 preface": lambda _, _host: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    "TLS": lambda random, _host: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random.randbytes(300),
    "an absolute target": lambda _, host: _get(host, b"GET http://evil.example/jwks HTTP/1.1"),
    "a star": lambda _, host: _get(host, b"OPTIONS * HTTP/1.1"),
    "an authority": lambda _, host: _get(host, b"CONNECT evil.example:443 HTTP/1.1"),
    "a raw target": lambda random, host: _get(host, b"GET /" + values.raw(random)[:5000] + b" HTTP/1.1"),
    "a raw header": lambda random, host: _get(host, JWKS, values.raw(random)[:5000] + b"\r\n"),
    "a NUL in a header": lambda _, host: _get(host, JWKS, b"Cookie: a\x00b\r\n"),
    "a folded header": lambda _, host: _get(host, JWKS, b"X-A: b\r\n c\r\n"),
    "bare line feeds": lambda _, host: b"GET /jwks HTTP/1.1\nHost: " + host + b"\n\n",
    "a megabyte of header": lambda _, host: _get(host, JWKS, b"X-A: " + b"x" * 1_000_000 + b"\r\n"),
    "1000 headers": lambda _, host: _get(host, JWKS, b"X-A: b\r\n" * 1000),
    "half a request": lambda random, host: _long(host, b"Content-Length: 29")[: random.randrange(150)],
    "two at once": lambda _, host: JWKS + b"\r\nHost: " + host + b"\r\n\r\n" + _get(host, b"GET / HTTP/1.1"),
    "an expectation": lambda _, host: _long(host, b"Expect: 100-continue", b"Content-Length: 29"),
    "an upgrade": lambda _, host: _get(host, JWKS, b"Upgrade: h2c\r\nHTTP2-Settings: x\r\n"),
}


def run(issuer: str, requests: list[HostileRequest], count: int, seed: int = SEED) -> Counts:
    """Send these requests, and so many with hostile framing, over connections of their own."""
    where, counts, began = urlsplit(issuer), Counts(), time.perf_counter()
    port, host = where.port or 80, where.netloc
    sent = [(f"sockets: {each.kind}", _at(issuer, each).on_wire(host)) for each in requests]
    sent += list(_framed(host.encode(), count, Random(seed)))  # noqa: S311 - the same again, not secrets
    with ThreadPoolExecutor(CLIENTS) as pool:
        outcomes = pool.map(lambda each: exchange(port, each[1], UNFINISHED if each[0] == FRAMING else BOUND), sent)
        for (kind, data), (outcome, seconds) in zip(sent, outcomes, strict=True):
            wrong = outcome == HANG or (outcome.startswith("5") and outcome != "503")
            counts.add(kind, outcome, seconds, f"{kind}: {outcome}: {data[:300]!r}" if wrong else "")
    counts.seconds = time.perf_counter() - began
    return counts


def _at(issuer: str, request: HostileRequest) -> HostileRequest:
    """A request to the usual issuer as one to that which is served: its address, and cookies without a prefix."""

    def moved(part: bytes) -> bytes:
        for usual, served in ((ISSUER, issuer), (quote(ISSUER, safe=""), quote(issuer, safe="")), ("__Host-", "")):
            part = part.replace(usual.encode(), served.encode())
        return part

    headers = tuple((name, moved(value)) for name, value in request.headers)
    return replace(request, query=moved(request.query), headers=headers, body=moved(request.body))


def _framed(host: bytes, count: int, random: Random) -> Iterator[tuple[str, bytes]]:
    names = sorted(FRAMINGS)
    return ((FRAMING, FRAMINGS[names[number % len(names)]](random, host)) for number in range(count))


def exchange(port: int, data: bytes, patience: float) -> tuple[str, float]:
    """Send bytes; the status of the first answer, or how the connection ended, and the seconds.

    A server may wait for the rest of a request: after `patience` seconds this end is closed, and it has to give up.
    """
    began, received = time.perf_counter(), b""
    try:
        with socket.create_connection(("127.0.0.1", port), BOUND) as connection:
            connection.sendall(data)
            if not select.select([connection], [], [], patience)[0]:
                connection.shutdown(socket.SHUT_WR)
            received = connection.recv(65536)
    except TimeoutError:
        return HANG, time.perf_counter() - began
    except OSError:
        pass  # reset, as after too much of a header: what was received counts
    seconds = time.perf_counter() - began
    return (received[9:12].decode("latin-1") if received.startswith(FIRST) else CLOSED), seconds
