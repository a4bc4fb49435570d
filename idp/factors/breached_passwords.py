"""Breached passwords: binary search in a file supplied by the operator.

One SHA-1 hash a line in hexadecimal, sorted, optionally with `:count`, as in Have I Been Pwned's download "ordered by
hash" (40 GB). A lookup takes about 25 short reads; nothing is kept in memory.

An unusable file is refused at start. A later failure never fails a page (ASVS 6.2.12): the other rules still apply, and
the error is logged.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from pathlib import Path
from typing import Self

from idp.config import BadSettings

log = logging.getLogger(__name__)

HASH_LENGTH = 40
LONGEST_LINE = 100
"""Bytes; twice the length of hash, colon and count."""
BLOCK = 4096
"""Bytes read at once at the end of the search."""
PROBES = 256
"""Positions at which the order is checked at start."""

_LINE = re.compile(rb"([0-9A-Fa-f]{40})(?=[:\r\n]|$)")


class _Unreadable(Exception):
    """The file, or a line of it, cannot be read."""


class BreachedPasswords:
    """The open file. Safe to share among threads: reads use explicit positions."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor, self._size = descriptor, size

    @classmethod
    def open(cls, path: str) -> Self:
        """Open the file and check its format.

        Raises:
            BadSettings: when it is missing, unreadable, malformed, or unsorted at a probed position.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise _unusable(
                path, f"cannot be read: {error.strerror}. Give the path of the list, or set nothing"
            ) from None
        opened = cls(descriptor, os.fstat(descriptor).st_size)
        try:
            opened._check_order()
        except _Unreadable as error:
            opened.close()
            raise _unusable(path, f"{error}. Take the SHA-1 list that is ordered by hash, unpacked") from None
        return opened

    @classmethod
    def from_settings(cls, path: str) -> Self | None:
        """Open the configured list, if any. Raises `BadSettings`."""
        return cls.open(path) if path else None

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def contains(self, password: str) -> bool:
        """Whether the password is in the list; False, and logged, when the list cannot be read."""
        wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        try:
            return self._find(wanted)
        except _Unreadable as error:
            reason = str(error)
        log.error("a new password was not looked up: the list of breached ones %s", reason)
        return False

    def _find(self, wanted: bytes) -> bool:
        low, high = 0, self._size  # the line, if there is one, begins in between
        while high - low > BLOCK:
            start, found = self._line_after((low + high) // 2)
            if found == wanted:
                return True
            low, high = (start, high) if found < wanted else (low, start)
        block = self._read(low, high - low + LONGEST_LINE)
        self._hash(block, low)
        return any(line[:HASH_LENGTH].upper() == wanted for line in block.split(b"\n"))

    def _line_after(self, position: int) -> tuple[int, bytes]:
        """Return position and hash of the first line after `position`."""
        text = self._read(position, 2 * LONGEST_LINE)
        start = text.find(b"\n", 0, LONGEST_LINE) + 1
        if not start:
            raise _Unreadable(f"has no line end near byte {position}")
        return position + start, self._hash(text[start:], position + start)

    def _check_order(self) -> None:
        before = self._hash(self._read(0, LONGEST_LINE), 0)
        last = self._size - 2 * LONGEST_LINE
        for number in range(PROBES if last > 0 else 0):
            start, found = self._line_after(last * number // PROBES)
            if found < before:
                raise _Unreadable(f"is not sorted near byte {start}")
            before = found

    def _hash(self, line: bytes, position: int) -> bytes:
        if not (found := _LINE.match(line)):
            raise _Unreadable(f"holds no SHA-1 hash at byte {position}")
        return found[1].upper()

    def _read(self, position: int, length: int) -> bytes:
        try:
            return os.pread(self._descriptor, length, position)
        except OSError as error:
            raise _Unreadable(f"cannot be read: {error.strerror}") from None


def _unusable(path: str, problem: str) -> BadSettings:
    return BadSettings(f"IDP_BREACHED_PASSWORDS: {Path(path)} {problem}.")
