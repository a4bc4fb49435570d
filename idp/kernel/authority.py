"""Hosts as URLs write them."""

from __future__ import annotations


def authority(host: str, port: int) -> str:
    """Join host and port; an IPv6 address is put in brackets (RFC 3986 section 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
