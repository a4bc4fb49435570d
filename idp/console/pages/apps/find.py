"""The app that the address names."""

from __future__ import annotations

from flask import abort

from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction


def find_client(tx: Transaction, client_id: str, *, lock: bool = False) -> Client:
    """Return the app, for this transaction alone if `lock`; answer 404 when there is none."""
    client = tx.clients.by_id(client_id, lock=lock)
    if client is None:
        abort(404)
    return client
