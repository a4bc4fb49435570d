"""What only its reader may know waits in the outbox sealed, and is opened as the message is written.

So a stolen database holds no link and no code that works: tables have digests, the outbox what only the keys open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from idp.kernel.handles import digest


class Sealing(Protocol):
    """What is needed of the sealer of secrets at rest, which `signing` has."""

    def seal(self, plaintext: bytes, *, row: str) -> str:
        """Encrypt for one row."""
        ...

    def unseal(self, sealed: str, *, row: str) -> bytes:
        """What was sealed for that row; raises when it does not open."""
        ...


@dataclass(frozen=True)
class SealedSecret:
    """A link's path or a code, bound to a name that reveals nothing of it and is never used twice."""

    name: str
    sealed: str

    def as_context(self) -> dict[str, str]:
        """As kept in the outbox."""
        return {"secret_name": self.name, "sealed_secret": self.sealed}

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> Self | None:
        """What `as_context` kept; None for a message without a secret of its own."""
        return cls(context["secret_name"], context["sealed_secret"]) if "sealed_secret" in context else None


Unseal = Callable[[SealedSecret], str]
"""Opens what was sealed; what it raises keeps the message from being written."""


def seal(sealer: Sealing, secret: str, *, name: str) -> SealedSecret:
    """Make a secret ready for the outbox. A digest may name a long secret, never a short one: it could be guessed."""
    return SealedSecret(name, sealer.seal(secret.encode(), row=_row(name)))


def seal_link(sealer: Sealing, path: str) -> SealedSecret:
    """Make the path of a mailed link ready for the outbox; it holds a handle, so its digest reveals nothing."""
    return seal(sealer, path, name=digest(path))


def unsealer(sealer: Sealing) -> Unseal:
    """What whoever writes messages needs."""
    return lambda secret: sealer.unseal(secret.sealed, row=_row(secret.name)).decode()


def _row(name: str) -> str:
    return f"outbox:{name}"
