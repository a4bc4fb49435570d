"""The file of sealing keys, `sealing.json`: the last key seals, all of them unseal.

`keys` lists `kid`, `created_at` and `key` of each, oldest first. `pepper_key` is the first key there ever was, once it
no longer unseals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from idp.kernel.entropy import Entropy, urlsafe
from idp.signing import base64url
from idp.signing.private_files import BrokenKeyFile, KeyDirectory

FILE = "sealing.json"
KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class SealingKeys:
    """The keys by id, oldest first; `newest_at` is when the last was made (seconds, UTC)."""

    keys: dict[str, bytes]
    pepper_key: bytes
    newest_at: int

    @property
    def newest(self) -> tuple[str, bytes]:
        """Return id and bytes of the key that seals."""
        return next(reversed(self.keys.items()))


def read_keys(directory: KeyDirectory) -> SealingKeys:
    """Read the file; raises `FileNotFoundError`, `UnsafeKeyFile` or `BrokenKeyFile`."""
    content = directory.read(FILE)
    try:
        keys = {entry["kid"]: base64url.decode(entry["key"]) for entry in content["keys"]}
        pepper_key = base64url.decode(content["pepper_key"]) if "pepper_key" in content else next(iter(keys.values()))
        found = SealingKeys(keys, pepper_key, content["keys"][-1]["created_at"])
    except (AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError):
        raise _broken(directory) from None
    if any(len(key) != KEY_LENGTH for key in (*keys.values(), pepper_key)):
        raise _broken(directory)
    return found


def add_key(directory: KeyDirectory, entropy: Entropy, *, now: int) -> None:
    """Add a key, which seals from now on; call it under the directory's `lock`."""
    content = directory.read(FILE) if directory.names(FILE) else {"keys": []}
    key = {"kid": entropy.token(9), "created_at": now, "key": urlsafe(entropy.bytes(KEY_LENGTH))}
    directory.write(FILE, {**content, "keys": [*content["keys"], key]})


def remove_old_keys(directory: KeyDirectory) -> int:
    """Remove all keys but the last, and keep what peppers are derived from; return how many were removed.

    Call it under the directory's `lock`.
    """
    found = read_keys(directory)
    entries: Sequence[dict[str, Any]] = directory.read(FILE)["keys"]
    directory.write(FILE, {"keys": [entries[-1]], "pepper_key": urlsafe(found.pepper_key)})
    return len(entries) - 1


def _broken(directory: KeyDirectory) -> BrokenKeyFile:
    path = directory.path / FILE
    return BrokenKeyFile(f"{path} holds no sealing keys. Restore it: what they sealed is lost without.")
