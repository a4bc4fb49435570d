"""Prometheus counters, filled from log records.

A logging handler counts the records of `audit.record`, requests and delivery attempts; other code does not know of it.

Each process counts into its own files, and the parent adds them up: `share_among_processes` must run before the library
is first imported, hence the imports inside functions.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from idp.audit import Event
from idp.config import export_env

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

COUNTED = ("idp.audit", "idp.request", "idp.messaging.dispatcher")
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds."""


@dataclass(frozen=True)
class Count:
    """Processes that run, that should run, and that have ended unexpectedly since the start."""

    running: int
    wanted: int
    died: int


@dataclass(frozen=True)
class ProcessCounts:
    """Workers, and the background process."""

    workers: Count
    background: Count


class MetricsHandler(logging.Handler):
    """Counts requests, audit events, tokens and messages. Labels have few values: never a path, name or address."""

    def __init__(self) -> None:
        from prometheus_client import Counter, Histogram  # noqa: PLC0415 - see above

        super().__init__(logging.INFO)
        self._events = Counter("countersign_events", "Security events, as in the audit trail", ["event", "outcome"])
        self._tokens = Counter("countersign_tokens_issued", "Token answers by grant type", ["grant_type"])
        self._messages = Counter("countersign_messages", "Tries to deliver a message", ["channel", "delivery"])
        self._requests = Counter("countersign_http_requests", "HTTP answers", ["endpoint", "status"])
        self._seconds = Histogram("countersign_http_seconds", "Time to answer", ["endpoint"], buckets=BUCKETS)
        self._by_answer: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Count one record."""
        facts = record.__dict__
        if "event" in facts:
            self._events.labels(facts["event"], facts["outcome"]).inc()
            if facts["event"] == Event.TOKEN_ISSUED:
                self._tokens.labels(facts["about"].get("grant_type", "unknown")).inc()
        elif "delivery" in facts:
            self._messages.labels(facts["channel"], facts["delivery"]).inc()
        elif "status" in facts:
            count, seconds = self._for_answer(facts["endpoint"], facts["status"])
            count.inc()
            seconds.observe(facts["milliseconds"] / 1000)

    def _for_answer(self, endpoint: str, status: int) -> tuple[Counter, Histogram]:
        """Return the counters of one kind of answer; the library looks its labels up under a lock."""
        found = self._by_answer.get((endpoint, status))
        if found is None:
            found = self._requests.labels(endpoint, status), self._seconds.labels(endpoint)
            self._by_answer[endpoint, status] = found
        return found


def install() -> None:
    """Count in this process, whatever the log level."""
    meter = MetricsHandler()
    for name in COUNTED:
        logger = logging.getLogger(name)
        logger.addHandler(meter)
        logger.setLevel(logging.INFO)


@contextmanager
def share_among_processes() -> Iterator[None]:
    """Share counters among the processes started inside the block."""
    with tempfile.TemporaryDirectory(prefix="countersign-metrics-") as folder:
        export_env(SHARED_FOLDER, folder)
        import prometheus_client  # noqa: F401, PLC0415 - see above; forked processes share what is loaded

        yield


def exposition(processes: ProcessCounts) -> tuple[bytes, str]:
    """Return the counters of all processes, and how many run: text and content type."""
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # noqa: PLC0415 - see above
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 - reads its directory from the environment when imported

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types
    registry.register(_ProcessCollector(processes))  # type: ignore[arg-type]  # its base class would need the import above
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _ProcessCollector:
    def __init__(self, counts: ProcessCounts) -> None:
        self._counts = counts

    def collect(self) -> Iterator[object]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415 - see above

        for one, many, title, count in (
            ("worker", "workers", "Worker processes", self._counts.workers),
            ("background_process", "background_processes", "Background processes", self._counts.background),
        ):
            yield GaugeMetricFamily(f"countersign_{many}", f"{title} that run", value=count.running)
            yield GaugeMetricFamily(f"countersign_{many}_wanted", f"{title} that should run", value=count.wanted)
            yield CounterMetricFamily(f"countersign_{one}_deaths", f"{title} that died", value=count.died)
