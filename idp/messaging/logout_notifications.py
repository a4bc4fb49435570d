"""Back-channel logouts of clients (OpenID Connect Back-Channel Logout 1.0).

They are only enqueued here; `protocol.logout.logout_tokens` creates the token, valid for two minutes, at each attempt.
"""

from __future__ import annotations

from collections.abc import Collection

from idp.persistence.logout_clients import LogoutClient
from idp.persistence.outbox import OutboxMessage
from idp.persistence.transaction import Transaction

BACKCHANNEL_LOGOUT = "backchannel_logout"
SUBJECT, SESSION = "sub", "sid"


def enqueue_logouts(tx: Transaction, user_id: str, sids: Collection[str]) -> list[LogoutClient]:
    """Enqueue a logout token to each client with grants in these sessions of a person.

    Returns all clients that want to know: some can be reached only in the browser that signs out.
    """
    found = tx.logout_clients.of_sessions(sids)
    for client in found:
        if not client.backchannel:
            continue
        context = {SUBJECT: user_id, SESSION: client.sid}
        message = OutboxMessage(
            channel=BACKCHANNEL_LOGOUT, recipient=client.client_id, template="logout_token", context=context
        )
        tx.outbox.enqueue(message)
    return found
