"""The app or person that the address names."""

from __future__ import annotations

from flask import abort

from idp.admin import users
from idp.console.guard import Admin
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.persistence.users import User


def find_client(tx: Transaction, client_id: str, *, lock: bool = False) -> Client:
    """Return the app, for this transaction alone if `lock`; answer 404 when there is none."""
    return tx.clients.by_id(client_id, lock=lock) or abort(404)


def find_person(tx: Transaction, admin: Admin, user_id: str) -> User:
    """Return a person whom this administrator may change, as `users.find_to_change`; answer 404 for nobody."""
    return users.find_to_change(tx, admin.actor, user_id) or abort(404)
