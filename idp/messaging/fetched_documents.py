"""Documents that clients publish at addresses they registered: fetched when needed, and kept for a while.

    kept and fresh?                -> return it
    tried within the last minute?  -> return what is kept, or raise as before
    else                           -> GET by `http_client`, at most 64 KB; read; keep

A server that is slow or away must not hold the threads that people wait for: its failure is kept as well, and only half
of the threads of a process may wait for other servers: one quarter for keys, one for everything else. So nobody can
keep an app from its keys by causing other requests.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore, Lock
from typing import Any, Self, TypeVar

from idp.config import Settings
from idp.kernel.clock import HOUR, MINUTE
from idp.messaging.http_client import Outbound
from idp.messaging.smtp import Undelivered

T = TypeVar("T")
LONGEST = 64 * 1024
"""Bytes of a document."""
FRESH_FOR = 10 * MINUTE
"""Seconds that a document is used without asking for a newer one."""
KEPT_FOR = HOUR
"""Seconds that a document is used while its server is away."""
TRY_EVERY = MINUTE
"""Seconds between two requests for one document, whatever the first one brought."""
MOST_KEPT = 256
"""Documents; those used least recently make room."""
MOST_PER_NETWORK = 60
"""Documents that are not kept, fetched in a minute because somebody of one network asked."""
OK = 200
BUSY = "too many documents are being fetched"


class Unfetchable(Exception):
    """There is no document; the text is the reason, for the log and the audit trail only."""


class Busy(Unfetchable):
    """Too many threads wait for other servers already."""


@dataclass
class _Kept:
    """A document and its last request; times in seconds, UTC."""

    lock: Lock = field(default_factory=Lock)
    document: Any = None
    fetched_at: int | None = None
    tried_at: int | None = None
    failure: str = BUSY

    def is_due(self, now: int, *, again: bool) -> bool:
        """Whether the document may be requested now, and should be."""
        if self.tried_at is not None and now - self.tried_at < TRY_EVERY:
            return False
        return again or self.fetched_at is None or now - self.fetched_at >= FRESH_FOR

    def value(self, now: int) -> Any:  # noqa: ANN401 - whatever its reader made
        """Return the document; raises `Unfetchable` when there is none, or it is too old."""
        if self.fetched_at is None or now - self.fetched_at >= KEPT_FOR:
            raise Unfetchable(self.failure)
        return self.document


@dataclass(frozen=True)
class _Caused:
    """Requests that one network causes, of documents that are kept or not."""

    network: str | None
    kept: bool


class FetchedDocuments:
    """Fetches documents for all threads of a process."""

    def __init__(self, outbound: Outbound, *, most_at_once: int) -> None:
        self._outbound = replace(outbound, max_body=LONGEST + 1)
        self._places = BoundedSemaphore(most_at_once)
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, Callable[[bytes], Any]], _Kept] = OrderedDict()
        self._caused: Counter[_Caused] = Counter()
        self._counted_since = 0

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Create one of two, for the addresses that clients may have."""
        return cls(Outbound.from_settings(settings), most_at_once=settings.worker_threads // 4)

    def get(
        self, url: str, read: Callable[[bytes], T], *, now: int, network: str | None = None, again: bool = False
    ) -> T:
        """Return what `read` makes of the document at `url`; `read` raises `ValueError` for a faulty one.

        `again`: the caller found it outdated. It is requested once a minute at most, at `now` in seconds, UTC.
        `network`: who caused it, and may cause as many requests in a minute as documents are kept: more of them would
        push each other out, and each would be requested every time.

        Raises:
            Unfetchable: when there is no document.
        """
        kept = self._entry(url, read)
        if kept.is_due(now, again=again):
            with suppress(Busy), self._place(), kept.lock:
                if kept.is_due(now, again=again):
                    self._count(_Caused(network, kept=True), MOST_KEPT, now)
                    self._refresh(kept, url, read, now)
        found: T = kept.value(now)
        return found

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        """Return a document that is not kept.

        Raises:
            Unfetchable: when there is none.
        """
        with self._place():
            return self._request(url, headers)

    def fetch_for_network(self, url: str, network: str | None, *, now: int) -> bytes:
        """Return a document that is not kept, as `fetch`; a network may cause `MOST_PER_NETWORK` in a minute.

        A client without an address is in no network, see `network_bucket`.
        """
        self._count(_Caused(network, kept=False), MOST_PER_NETWORK, now)
        return self.fetch(url)

    def _count(self, caused: _Caused, most: int, now: int) -> None:
        """Count a request of this minute; raises `Busy` when its network caused `most` before."""
        if caused.network is None:
            return
        with self._lock:
            if now - self._counted_since >= MINUTE:
                self._caused.clear()
                self._counted_since = now
            self._caused[caused] += 1
            if self._caused[caused] > most:
                raise Busy(BUSY)

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Be one of the threads that may wait for other servers; raises `Busy` when there are too many."""
        if not self._places.acquire(blocking=False):
            raise Busy(BUSY)
        try:
            yield
        finally:
            self._places.release()

    def _entry(self, url: str, read: Callable[[bytes], Any]) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault((url, read), _Kept())
            self._kept.move_to_end((url, read))
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return kept

    def _refresh(self, kept: _Kept, url: str, read: Callable[[bytes], Any], now: int) -> None:
        kept.tried_at = now
        try:
            kept.document = read(self._request(url))
            kept.fetched_at, kept.failure = now, ""
        except (Unfetchable, ValueError) as error:
            kept.failure = str(error)

    def _request(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        try:
            response = self._outbound.get(url, headers)
        except Undelivered as error:
            raise Unfetchable(str(error)) from error
        if response.status != OK:
            raise Unfetchable(f"{url} answered {response.status}")
        if len(response.body) > LONGEST:
            raise Unfetchable(f"{url} has more than {LONGEST} bytes")
        return response.body
