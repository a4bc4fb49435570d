"""Secrets of clients that sign with them (client_secret_jwt): sealed, since a digest verifies no HMAC."""

from __future__ import annotations

from collections.abc import Callable

from idp.signing.sealing import Sealer

OpenSealer = Callable[[], Sealer]
"""Opens the sealer only if there is something to seal."""


def seal_secret(sealer: Sealer, client_id: str, secret: str) -> str:
    """Return a secret as it is stored."""
    return sealer.seal(secret.encode("ascii"), row=_row(client_id))


def unseal_secret(sealer: Sealer, client_id: str, sealed: str) -> bytes:
    """Return what was sealed for this client; raises `SealBroken`."""
    return sealer.unseal(sealed, row=_row(client_id))


def _row(client_id: str) -> str:
    return f"clients:{client_id}"
