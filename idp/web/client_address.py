"""The address of the client that sent this request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from idp.kernel.client_addresses import parse_client_address

BEFORE_PROXY_FIX = "werkzeug.proxy_fix.orig"
"""Key of the request's environment under which Werkzeug's `ProxyFix` stores what it replaced."""


def client_address() -> str:
    """Return the client's address, as `address_of`."""
    return address_of(request.environ)


def address_of(environ: Mapping[str, Any]) -> str:
    """Return the client's address, or the peer's when a proxy sent none; empty for a peer without one (a socket file).

    The only reader of `REMOTE_ADDR`: audit trail, rate limits, logs and pages all see one spelling.
    """
    peer = environ.get(BEFORE_PROXY_FIX, {}).get("REMOTE_ADDR") or ""
    return parse_client_address(environ.get("REMOTE_ADDR") or "") or parse_client_address(peer) or ""
