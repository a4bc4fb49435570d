"""Lists of breached passwords, as Have I Been Pwned gives them out "ordered by hash"."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def write_list(path: Path, passwords: Iterable[str], *, fillers: int = 0) -> Path:
    """A sorted list that holds these, among `fillers` others."""
    names = [*passwords, *(f"filler {number}" for number in range(fillers))]
    hashes = sorted(hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest().upper() for name in names)
    path.write_bytes(b"".join(f"{each}:{number + 1}\r\n".encode() for number, each in enumerate(hashes)))
    return path
