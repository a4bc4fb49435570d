"""The keys directory: private files, written whole or not at all, by one process at a time (POSIX only).

Who could read a key file could sign in as anybody, and who could write to the directory could bring a key of their
own. Both are checked at every read, and refused with the command that mends it.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_OTHERS_READ_OR_WRITE = 0o077
_OTHERS_WRITE = 0o022
_LOCK = ".lock"
_UNFINISHED = ".new-"


class KeyFileError(Exception):
    """A key file or the keys directory cannot be used; the message has the reason and the remedy."""


class UnsafeKeyFile(KeyFileError):
    """Others on this machine could read or replace a key."""


class BrokenKeyFile(KeyFileError):
    """A file does not hold the key that its name states."""


class KeyDirectory:
    """A directory of small JSON files, each readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        """Make the directory (mode 0700) when it is not there; raises `UnsafeKeyFile` when others can write to it."""
        self.path = path
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_shared(path, path.stat(), _OTHERS_WRITE, "written to", "700")

    def names(self, pattern: str) -> frozenset[str]:
        """Return the names of the files that match a glob pattern. Cheap: nothing is opened."""
        return frozenset(path.name for path in self.path.glob(pattern))

    def version(self, name: str) -> tuple[int, int]:
        """Return what changes whenever a file is written again; raises `OSError`. Cheap: nothing is opened."""
        status = (self.path / name).stat()
        return status.st_ino, status.st_mtime_ns

    def read(self, name: str) -> dict[str, Any]:
        """Return the JSON object in a file.

        Raises `FileNotFoundError`, `UnsafeKeyFile` when group or others may read or write it, `BrokenKeyFile` when it
        holds anything but a JSON object.
        """
        path = self.path / name
        with path.open("rb") as file:
            # the open file is asked, not the path, so that nobody can swap it in between
            _refuse_shared(path, os.fstat(file.fileno()), _OTHERS_READ_OR_WRITE, "read or changed", "600")
            raw = file.read()
        try:
            content = json.loads(raw)
        except ValueError as err:
            raise BrokenKeyFile(f"{path} is not JSON. Restore it from a backup, or move it away.") from err
        if not isinstance(content, dict):
            raise BrokenKeyFile(f"{path} is not a JSON object. Restore it from a backup, or move it away.")
        return content

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        """Put a file in place, whole and flushed to the disk before its name appears; call it under `lock`.

        Raises `OSError`, which names the file.
        """
        descriptor, unfinished = tempfile.mkstemp(prefix=_UNFINISHED, dir=self.path)  # mode 0600 from the start
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                self._give_to_owner(descriptor)
                json.dump(content, file, indent=1)
                file.flush()
                os.fsync(descriptor)
        except OSError as error:
            Path(unfinished).unlink()
            raise OSError(error.errno, error.strerror, str(self.path / name)) from None
        Path(unfinished).replace(self.path / name)
        self._flush()

    def remove(self, name: str) -> None:
        """Delete a file; call it under `lock`. One that is gone already is fine."""
        (self.path / name).unlink(missing_ok=True)
        self._flush()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the directory for changes: one thread of one process of one node at a time.

        An advisory lock on an open file, so that a crash frees it. Half-written files of a crash are deleted.
        """
        descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._give_to_owner(descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            for unfinished in self.path.glob(f"{_UNFINISHED}*"):
                unfinished.unlink(missing_ok=True)
            yield
        finally:
            os.close(descriptor)

    def _give_to_owner(self, descriptor: int) -> None:
        """Give a file to its directory's owner: the service must read what root made."""
        if os.geteuid() == 0:
            owner = self.path.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)

    def _flush(self) -> None:
        """Bring a changed name to the disk."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refuse_shared(path: Path, status: os.stat_result, forbidden: int, what: str, mode: str) -> None:
    mine = os.geteuid()
    if mine != 0 and status.st_uid not in (0, mine):
        raise UnsafeKeyFile(f"{path} belongs to another user. To mend it: chown {mine} {path}")
    if stat.S_IMODE(status.st_mode) & forbidden:
        raise UnsafeKeyFile(f"{path} can be {what} by other users. To mend it: chmod {mode} {path}")
