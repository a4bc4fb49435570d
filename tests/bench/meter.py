"""CPU time of requests by name, measured around the application in this process."""

import contextlib
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from idp.factors.hash_processes import PROCESSES
from tests.bench import processor
from tests.bench.sampler import Sampler

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PAGES = (
    (re.compile(r"GET /authorize"), "authorize, no session"),
    (re.compile(r"GET /login/.*/identify"), "sign-in page"),
    (re.compile(r"POST /login/.*/identify"), "password"),
    (re.compile(r"GET /login/.*/code"), "code page"),
    (re.compile(r"POST /login/.*/code"), "code"),
    (re.compile(r"GET /authorize/resume/.*"), "resume"),
    (re.compile(r"POST /token"), "token"),
)
"""The requests of a sign-in, in their order."""
SIGN_IN = [name for _, name in PAGES]


class RequestMeter:
    """Wraps an application. `name` is what a request counts as; empty: counts as the page that it asks for.

    Nothing counts while `paused`. Milliseconds; `database` is the CPU time of PostgreSQL's processes since the request
    before it, so that what they do after their answer counts as well.
    """

    def __init__(self, app: Flask, database_url: str, sampler: Sampler | None = None) -> None:
        self.name, self.paused = "", False
        self.requests: Counter[str] = Counter()
        self._spent: defaultdict[str, float] = defaultdict(float)
        self._hashed: defaultdict[str, float] = defaultdict(float)
        self._database: defaultdict[str, float] = defaultdict(float)
        self._server = processor.find_server(database_url)
        self._seen = processor.seconds(self._server)
        self._sampler = sampler or Sampler()
        self._inner = app.wsgi_app
        app.wsgi_app = self._serve  # type: ignore[method-assign]  # how Flask documents wrapping

    def clear(self) -> None:
        """Forget what was counted, and what PostgreSQL has used until now: another application may use it as well."""
        for each in (self.requests, self._spent, self._hashed, self._database):
            each.clear()
        self._seen = processor.seconds(self._server)

    def processor(self, name: str) -> float:
        """Return this process's milliseconds for one request, with those of its hashes."""
        return self._for_one(self._spent, name) + self.hashing(name)

    def hashing(self, name: str) -> float:
        """Return the milliseconds that other processes hashed for one request."""
        return self._for_one(self._hashed, name)

    def database(self, name: str) -> float:
        """Return PostgreSQL's milliseconds for one request."""
        return self._for_one(self._database, name)

    def _for_one(self, seconds: dict[str, float], name: str) -> float:
        return seconds[name] / self.requests[name] * 1000 if self.requests[name] else 0.0

    def _serve(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        name = "" if self.paused else self.name or _page(environ)
        self._sampler.doing = name
        began, hashing = time.process_time(), PROCESSES.cpu_seconds
        with contextlib.ExitStack() as stack:
            body = self._inner(environ, start_response)
            stack.callback(getattr(body, "close", lambda: None))
            content = list(body)
        took, hashed = time.process_time() - began, PROCESSES.cpu_seconds - hashing
        self._sampler.doing = ""
        seen = processor.seconds(self._server)
        if name:
            self.requests[name] += 1
            self._spent[name] += took
            self._hashed[name] += hashed
            self._database[name] += seen - self._seen
        self._seen = seen
        return content


def _page(environ: "WSGIEnvironment") -> str:
    asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    return next((name for pattern, name in PAGES if pattern.fullmatch(asked)), asked)
