"""Secrets in the outbox are sealed until the message is rendered.

So a stolen database holds no usable link or code: tables hold digests, the outbox only ciphertext.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from idp.kernel.handles import digest


class Sealing(Protocol):
    """The part of `signing`'s sealer used here."""

    def seal(self, plaintext: bytes, *, row: str) -> str:
        """Encrypt for one row."""
        ...

    def unseal(self, sealed: str, *, row: str) -> bytes:
        """Decrypt for that row; raises when that fails."""
        ...


@dataclass(frozen=True)
class SealedSecret:
    """A sealed link path or code, bound to a name that reveals nothing and is never reused."""

    name: str
    sealed: str

    def as_context(self) -> dict[str, str]:
        """Return the outbox form."""
        return {"secret_name": self.name, "sealed_secret": self.sealed}

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> Self | None:
        """Parse the outbox form; None for a message without a secret."""
        return cls(context["secret_name"], context["sealed_secret"]) if "sealed_secret" in context else None


Unseal = Callable[[SealedSecret], str]
"""Opens a sealed secret; if it raises, the message is not rendered."""


def seal(sealer: Sealing, secret: str, *, name: str) -> SealedSecret:
    """Seal a secret. Its digest may be the name of a long secret, never of a short one: it could be guessed."""
    return SealedSecret(name, sealer.seal(secret.encode(), row=_row(name)))


def seal_link(sealer: Sealing, path: str) -> SealedSecret:
    """Seal the path of a mailed link; its handle is random, so the digest reveals nothing."""
    return seal(sealer, path, name=digest(path))


def unsealer(sealer: Sealing) -> Unseal:
    """Return a function that opens sealed secrets."""
    return lambda secret: sealer.unseal(secret.sealed, row=_row(secret.name)).decode()


def _row(name: str) -> str:
    return f"outbox:{name}"
