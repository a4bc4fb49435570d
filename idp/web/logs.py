"""Structured logs: one JSON object per line, UTC, with the request id."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from idp.kernel.clock import stopwatch
from idp.kernel.entropy import Entropy
from idp.web.client_address import address_of
from idp.web.paths import redact_secrets

log = logging.getLogger("idp.request")

QUIET = {"authlib": logging.INFO, "werkzeug": logging.WARNING, "alembic": logging.WARNING}
"""Authlib's debug lines contain whole tokens: never log them, whatever the level."""

GOOD_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
FACTS = ("event", "outcome", "about", "method", "path", "endpoint", "status", "milliseconds", "address", "request_id")


class JsonLines(logging.Formatter):
    """Formats records as JSON, which prevents forged log lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Format one record."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        known = record.__dict__
        line |= {name: known[name] for name in FACTS if name in known}
        if "request_id" not in known and has_request_context():
            line["request_id"] = g.get("request_id", "")
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)


def configure(level: str) -> None:
    """Log everything at `level` and above to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.setLevel(level)  # some loggers let more through, to be counted
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, quietest in QUIET.items():
        logging.getLogger(name).setLevel(max(quietest, logging.getLevelNamesMapping()[level]))
    # What no line of ours contains is not looked up for each of them.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - documented under "Optimization": file and line of the caller


class RequestIds:
    """Chooses the id of each request; with `proxied`, a well-formed id of the proxy is kept."""

    def __init__(self, entropy: Entropy, *, proxied: bool) -> None:
        self._entropy, self._proxied = entropy, proxied

    def choose(self, environ: Mapping[str, Any]) -> str:
        """Return the id of this request."""
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._proxied else ""  # else it would be a stranger's
        return given if GOOD_REQUEST_ID.fullmatch(given) else self._entropy.token(12)


def install(app: Flask, ids: RequestIds) -> None:
    """Add a request id and a log line to each request."""

    @app.before_request
    def begin() -> None:
        g.request_id = ids.choose(request.environ)
        g.request_began = stopwatch()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        began = g.get("request_began", stopwatch())
        log_request(request.environ, response.status_code, endpoint=request.endpoint or "", began=began)
        return response


def log_outside_requests(environ: Mapping[str, Any], status: int) -> None:
    """Log a request that never reached the application, or that it could not answer."""
    log_request(environ, status, endpoint="", began=stopwatch())


def log_request(environ: Mapping[str, Any], status: int, *, endpoint: str, began: float, **more: str) -> None:
    """Log a request answered with `status`; `more` is what the line of a request that Flask serves has by itself."""
    if not log.isEnabledFor(logging.INFO):
        return
    method = str(environ.get("REQUEST_METHOD", ""))
    decoded = str(environ.get("PATH_INFO", "")).encode("latin-1", "replace").decode("utf-8", "replace")  # PEP 3333
    path = redact_secrets(decoded)  # without the query, which may hold codes and hints
    facts = {
        "method": method,
        "path": path,
        "endpoint": endpoint,
        "status": status,
        "milliseconds": round((stopwatch() - began) * 1000, 1),
        "address": address_of(environ),
        **more,
    }
    log.info("%s %s %s", method, path, status, extra=facts)
