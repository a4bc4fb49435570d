"""Start and stop of the server: checks, the parent process and its workers."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from idp.config import Settings
from idp.kernel.clock import SystemClock, sleep
from idp.persistence import schema
from idp.persistence.database import Database
from idp.protocol import discovery
from idp.server import CannotServe, local_ports, metrics, prepared
from idp.server.health import Operations
from idp.server.workers import WorkerServer
from idp.services import Services
from idp.signing.private_files import KeyFileError
from idp.web import logs

STOP_WITHIN = 30
"""Seconds for requests in progress to finish after SIGTERM."""
HEADERS_WITHIN = 10_000
"""Milliseconds a client may take to send its headers."""
TARGET = "idp.server.worker:application"
POLL_INTERVAL = 0.02
"""Seconds between two checks whether the first worker responds."""

GRANIAN_LOGS = {"loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}}}
"""Its loggers propagate to ours, as JSON lines."""


def serve(settings: Settings, *, host: str, port: int, workers: int, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish requests in progress. `ready` is called at the first response.

    Raises:
        CannotServe: before anything was started.
    """
    logs.configure(settings.log_level)
    _check_ports(settings, host, port)
    _check_database(settings)
    with contextlib.ExitStack() as stack:
        if settings.ops_port:
            stack.enter_context(metrics.share_among_processes())
        services = _prepare(settings)
        gc.freeze()  # nothing loaded so far is garbage: processes share more memory, and the end takes less time
        gc.enable()
        _Server(services, ready, host=host, port=port, workers=workers).serve()


def _prepare(settings: Settings) -> Services:
    """Build what forked processes share; return services for the parent, whose database is its own.

    Raises `CannotServe`.
    """
    try:
        return replace(prepared.build(settings), database=Database(settings.database, SystemClock()))
    except KeyFileError as error:
        raise CannotServe(str(error)) from None
    except OSError as error:
        raise CannotServe(f"IDP_KEYS_DIR: {settings.keys_dir} cannot be used: {error.strerror}.") from None


class _Server(WorkerServer):
    """Granian, with threads of the parent that start after the processes were forked."""

    def __init__(self, services: Services, ready: Callable[[], None], *, host: str, port: int, workers: int) -> None:
        super().__init__(
            TARGET,
            factory=True,
            interface=Interfaces.WSGI,
            address=host,
            port=port,
            workers=workers,
            blocking_threads=services.settings.worker_threads,
            stop_within=STOP_WITHIN,
            websockets=False,
            http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN),
            log_level=LogLevels.warning,
            log_dictconfig=GRANIAN_LOGS,
        )
        self._services, self._ready = services, ready

    def startup(self, spawn_target: Callable[..., None], target_loader: Callable[..., object]) -> None:
        """Start the processes, then the parent's threads."""
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]  # the library has no types
        try:
            if self._services.settings.ops_port:
                Operations(self._services, self.count_processes).start()
        except OSError:
            self._stop_workers()  # Python would wait for them for ever
            raise
        threading.Thread(target=self._wait_until_ready, daemon=True).start()

    def _wait_until_ready(self) -> None:
        name = urlsplit(self._services.settings.issuer).netloc
        while local_ports.http_status(self.bind_addr, self.bind_port, discovery.PATH, name=name) is None:
            sleep(POLL_INTERVAL)
        self._ready()


def _check_ports(settings: Settings, host: str, port: int) -> None:
    if reason := local_ports.port_problem(host, port):
        raise CannotServe(f"Cannot listen: {reason}. Choose another with --port.")
    if not settings.ops_port:
        return
    if settings.ops_port == port:
        raise CannotServe("IDP_OPS_PORT must differ from --port: health and metrics are not for the public.")
    if reason := local_ports.port_problem(settings.ops_host, settings.ops_port):
        raise CannotServe(f"Cannot listen: {reason}. Check IDP_OPS_HOST and IDP_OPS_PORT.")


def _check_database(settings: Settings) -> None:
    if problem := schema.status(settings.database).problem:
        raise CannotServe(problem)
