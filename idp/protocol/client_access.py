"""Who may use a client: everybody, or the people and groups that administrators chose."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error

from idp.kernel.text import Text
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


def describe_refusal(client: Client) -> tuple[Text, Text]:
    """Return title and message of the page for a person who may not use a client."""
    name = client.client_name
    message = Text(
        "Your account is not among those that may use {name}. If you need it, ask your administrator.", name=name
    )
    return Text("You cannot use {name}", name=name), message


def require_access(tx: Transaction, client: Client, user_id: str) -> None:
    """Raise `NotPermitted` unless this person may use the client."""
    if not may_use(tx, client, user_id):
        raise NotPermitted
