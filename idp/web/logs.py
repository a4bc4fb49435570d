"""Structured logs: one JSON object per line, UTC, with the request id."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys

from flask import Flask, Response, g, has_request_context, request

from idp.kernel.clock import stopwatch
from idp.kernel.entropy import Entropy
from idp.web.client_address import client_address
from idp.web.paths import redact_secrets

log = logging.getLogger("idp.request")

QUIET = {"authlib": logging.INFO, "werkzeug": logging.WARNING, "alembic": logging.WARNING}
"""Authlib's debug lines contain whole tokens: never log them, whatever the level."""

GOOD_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
FACTS = ("event", "outcome", "about", "method", "path", "endpoint", "status", "milliseconds", "address")


class JsonLines(logging.Formatter):
    """Formats records as JSON, which prevents forged log lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Format one record."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        line |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if has_request_context():
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


def install(app: Flask, entropy: Entropy) -> None:
    """Add a request id (a well-formed one of a proxy is kept) and a log line to each request."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if GOOD_REQUEST_ID.fullmatch(given) else entropy.token(12)
        g.request_began = stopwatch()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        path = redact_secrets(request.path)
        facts = {
            "method": request.method,
            "path": path,  # without the query, which may hold codes and hints
            "endpoint": request.endpoint or "",
            "status": response.status_code,
            "milliseconds": round((stopwatch() - g.get("request_began", stopwatch())) * 1000, 1),
            "address": client_address(),
        }
        log.info("%s %s %s", request.method, path, response.status_code, extra=facts)
        return response
