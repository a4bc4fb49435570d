"""Health checks and metrics, on a separate, non-public port.

/healthz   the process is alive                         200
/readyz    database, keys and a worker are usable       200 or 503
/metrics   counters of all processes, for Prometheus    200
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6
from typing import Any, cast

from idp.server import metrics
from idp.server.metrics import ProcessCounts
from idp.server.supervision import forking
from idp.services import Services

log = logging.getLogger(__name__)

SLOWEST_CLIENT = 10
"""Seconds a client may take to send its request."""

Answer = tuple[int, str, bytes]
"""Status, content type, body."""


class Operations(ThreadingHTTPServer):
    """The HTTP server of that port."""

    daemon_threads = True

    def __init__(self, services: Services, count_processes: Callable[[], ProcessCounts]) -> None:
        """Listen at the configured address; raises `OSError` when it is in use."""
        self._services, self._count_processes = services, count_processes
        host = services.settings.ops_host
        self.address_family = AF_INET6 if ":" in host else AF_INET
        super().__init__((host, services.settings.ops_port), _Handler)

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self.serve_forever, name="operations", daemon=True).start()

    def respond_to(self, path: str) -> Answer:
        """Return the answer to a GET."""
        if path == "/healthz":
            return _json(200, {"status": "alive"})
        if path == "/readyz":
            return self._readiness()
        if path == "/metrics":
            body, content_type = metrics.exposition(self._count_processes())
            return 200, content_type, body
        return _json(404, {"error": "there are /healthz, /readyz and /metrics"})

    def _readiness(self) -> Answer:
        counts = self._count_processes()
        parts = {
            "database": self._database_is_reachable(),
            "keys": bool(self._services.keyring.algorithms),
            "workers": counts.workers.running > 0,
        }
        ready = all(parts.values())
        waiting = {
            "workers_waiting": counts.workers.wanted - counts.workers.running,
            # People can sign in without it, and other nodes deliver too: for the operator, not for a load balancer.
            "background": counts.background.running > 0,
        }
        return _json(200 if ready else 503, {"status": "ready" if ready else "not ready", **parts, **waiting})

    def _database_is_reachable(self) -> bool:
        """Check the database by a connection that no child inherits."""
        database = self._services.database
        with forking:
            reachable = database.reachable()
            database.close()
        return reachable


class _Handler(BaseHTTPRequestHandler):
    timeout = SLOWEST_CLIENT

    def do_GET(self) -> None:
        status, content_type, body = cast("Operations", self.server).respond_to(self.path.partition("?")[0])
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """Omit the version: it would help attackers find old ones."""
        return "countersign"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
        log.debug(format, *args)


def _json(status: int, content: dict[str, Any]) -> Answer:
    return status, "application/json", json.dumps(content).encode()
