"""Processes as Linux shows them: children by their names, those that carry a marker, and whose a connection is."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

ESTABLISHED = "01"
WORKER, BACKGROUND = "idp worker", "idp background"


def children(pid: int) -> list[int]:
    """The children of a process that run; one that has ended and was not waited for yet is left out."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if _runs(child)]
    return []


def workers(pid: int) -> list[int]:
    """The workers of a server that run."""
    return [child for child in children(pid) if _name(child) == WORKER]


def background(pid: int) -> int | None:
    """The background process of a server, while it runs."""
    return next((child for child in children(pid) if _name(child) == BACKGROUND), None)


def _name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def _runs(pid: str) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    return False


def marked(marker: str) -> list[int]:
    """The processes that were started with this text in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
    return found


def kill_and_list_clients(pid: int) -> set[int]:
    """Kill a process; return the remote ports of its TCP connections at that moment."""
    os.kill(pid, signal.SIGSTOP)  # so that it takes no further one
    ports = set(_remote_ports(pid))
    os.kill(pid, signal.SIGKILL)
    while _runs(str(pid)):
        time.sleep(0.001)
    return ports


def _remote_ports(pid: int) -> Iterator[int]:
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == ESTABLISHED and fields[9] in inodes:
            yield int(fields[2].rpartition(":")[2], 16)
