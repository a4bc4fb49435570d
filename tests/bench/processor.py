"""CPU time and memory of processes, as Linux counts them."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from idp.factors.hash_processes import PROCESSES
from tests.support.processes import children

NANO = 1e-9
KIB = 1024
LOCK = ".s.PGSQL.5432.lock"
"""Beside PostgreSQL's socket; its first line is the process of the server."""


def find_server(database_url: str) -> int | None:
    """Return the process of the PostgreSQL server behind a socket; None for SQLite."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return None
    return int((Path(str(url.query["host"])) / LOCK).read_text().splitlines()[0])


def own_seconds() -> float:
    """Return the CPU seconds of this process, and those of the hashes that others have computed for it."""
    return time.process_time() + PROCESSES.cpu_seconds


def seconds(*pids: int | None) -> float:
    """Return the CPU seconds of these processes and all that descend from them; None counts nothing.

    Threads that have ended are not counted. Elsewhere than on Linux it is 0.
    """
    return sum(_own_seconds(pid) for each in pids if each is not None for pid in _family(each))


def memory(pid: int) -> Iterator[float]:
    """Yield the resident memory (MiB) of a process and of each that descends from it; some of it is shared."""
    for each in _family(pid):
        with contextlib.suppress(OSError, KeyError):
            lines = Path(f"/proc/{each}/status").read_text().splitlines()
            fields = dict(line.split(":", 1) for line in lines)
            yield int(fields["VmRSS"].split()[0]) / KIB


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in children(pid):
        yield from _family(child)


def _own_seconds(pid: int) -> float:
    """Read each thread's time in nanoseconds: /proc/<pid>/stat counts in hundredths of a second."""
    total = 0.0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            total += int(thread.read_text().split()[0]) * NANO
    return total
