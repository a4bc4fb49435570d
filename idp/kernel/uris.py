"""Web addresses: their origin, and parameters that are added to them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

DEFAULT_PORTS = {"https": 443, "http": 80}


def authority(host: str, port: int) -> str:
    """Join host and port; an IPv6 address is put in brackets (RFC 3986 section 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def encode_query(parameters: Mapping[str, str]) -> str:
    """Return parameters as a query; spaces are `%20`, which every parser reads."""
    return urlencode(parameters, quote_via=quote, safe="")


def with_query(uri: str, parameters: Mapping[str, str]) -> str:
    """Return the URI with parameters added; its own query is kept to the letter (RFC 6749 section 3.1.2)."""
    added = encode_query(parameters)
    if not added:
        return uri
    separator = "" if uri.endswith(("?", "&")) else "&" if "?" in uri else "?"
    return f"{uri}{separator}{added}"


def origin_of(uri: str) -> str:
    """Return scheme, host and port of an absolute URI, as they are written there."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"
