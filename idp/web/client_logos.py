"""Addresses of logos of clients."""

from __future__ import annotations

VERSION = 16
"""Characters of the digest: another logo gets another address."""


def client_logo_path(client_id: str) -> str:
    """Return the path of a client's logo; `<client:client_id>` makes it a route."""
    return f"/client-logos/{client_id}"


def logo_href(client_id: str, logo_digest: str | None) -> str | None:
    """Return the address of a client's logo as it is now; None when it has none."""
    return f"{client_logo_path(client_id)}?v={logo_digest[:VERSION]}" if logo_digest else None
