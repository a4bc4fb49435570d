"""Who may use a client: everybody, or the people and groups that administrators chose."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error

from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction


class NotPermitted(OAuth2Error):
    """The person is not one of those who may use the client (RFC 6749 section 4.1.2.1)."""

    error = "access_denied"
    description = "the person may not use this client"


def may_use(tx: Transaction, client: Client, user_id: str) -> bool:
    """Whether a person may use a client; one statement at most, none for a client that is open to everybody."""
    if not client.restricted or user_id in client.allowed_user_ids:
        return True
    allowed = client.allowed_group_ids
    return bool(allowed) and not tx.groups.ids_of_user(user_id).isdisjoint(allowed)


def require_access(tx: Transaction, client: Client, user_id: str) -> None:
    """Raise `NotPermitted` unless this person may use the client."""
    if not may_use(tx, client, user_id):
        raise NotPermitted
