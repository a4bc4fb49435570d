"""The end of the audit chain, kept in the keys directory: outside the database whose rows it protects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from idp.signing.private_files import BrokenKeyFile, KeyDirectory

_FILE = "audit_head.json"


@dataclass(frozen=True)
class AuditHead:
    """Position and hash of the last link, with our signature; `at` is when it was stored (seconds, UTC)."""

    position: int
    hash: str
    at: int
    signature: str


class AuditHeadFile:
    """The file with the head, shared by all nodes."""

    def __init__(self, directory: KeyDirectory) -> None:
        self._directory = directory

    def read(self) -> AuditHead | None:
        """Return the stored head; None when there is no file. Raises `KeyFileError`, `OSError`."""
        try:
            content = self._directory.read(_FILE)
        except FileNotFoundError:
            return None
        try:
            return AuditHead(**content)
        except TypeError:
            raise BrokenKeyFile(f"{self._directory.path / _FILE} holds no head of the audit chain.") from None

    def store(self, head: AuditHead, *, if_after: Callable[[AuditHead | None], bool]) -> bool:
        """Replace the stored head if `if_after` accepts it, with the directory locked; return whether it was."""
        with self._directory.lock():
            if not if_after(self.read()):
                return False
            self._directory.write(_FILE, asdict(head))
        return True
