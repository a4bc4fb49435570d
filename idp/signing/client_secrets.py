"""Secrets of clients that sign with them (client_secret_jwt): sealed, since a digest verifies no HMAC."""

from __future__ import annotations

from collections.abc import Callable

from idp.signing.sealing import Sealer

OpenSealer = Callable[[], Sealer]
"""Opens the sealer only if there is something to seal."""


def seal_secret(sealer: Sealer, client_id: str, secret: str) -> str:
    """Return a secret as it is stored."""
    return sealer.seal(secret.encode("ascii"), row=row_name(client_id))


def unseal_secret(sealer: Sealer, client_id: str, sealed: str) -> bytes:
    """Return what was sealed for this client; raises `SealBroken`."""
    return sealer.unseal(sealed, row=row_name(client_id))


def row_name(client_id: str) -> str:
    """Return the name of the row that a client's secret is sealed for."""
    return f"clients:{client_id}"
