"""Pings of clients: a request of theirs was decided (OpenID CIBA Core 1.0 section 10.2).

They are only enqueued here; `protocol.ciba.pings` sends them.
"""

from __future__ import annotations

from idp.messaging.logout_notifications import BACKCHANNEL_LOGOUT
from idp.messaging.sealed_secrets import SealedSecret
from idp.persistence.outbox import OutboxMessage
from idp.persistence.transaction import Transaction

CIBA_PING = "ciba_ping"
TO_APPS = frozenset({BACKCHANNEL_LOGOUT, CIBA_PING})
"""Channels whose recipients are clients."""


def enqueue_ping(tx: Transaction, client_id: str, user_id: str, *, name: str, sealed: str, minutes: int) -> None:
    """Enqueue the ping of a request: what it says is sealed under this name, and of use for `minutes`."""
    context = {"user_id": user_id, "minutes": minutes, **SealedSecret(name, sealed).as_context()}
    tx.outbox.enqueue(OutboxMessage(channel=CIBA_PING, recipient=client_id, template=CIBA_PING, context=context))
