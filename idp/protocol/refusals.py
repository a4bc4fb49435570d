"""Refusals of what a client sent through a browser: always logged and counted; audited with reason and remedy.

Anybody can send such a request, so the audit trail gets each reason of a client once an hour, and ten rows an hour of
all requests that name no client of ours. The log has every one.
"""

from __future__ import annotations

from collections.abc import Mapping

from idp import audit
from idp.audit import Event, Outcome
from idp.kernel.clock import DAY, HOUR
from idp.kernel.handles import digest
from idp.persistence.clients import Client
from idp.persistence.throttles import Limit
from idp.persistence.transaction import Transaction

KNOWN_LIMIT = Limit(1, HOUR, 24, DAY)
"""Audit rows of one client and reason."""
UNKNOWN_LIMIT = Limit(10, HOUR, 100, DAY)
"""Audit rows of all requests that name no client."""
LONGEST = 300
"""Characters of each value that came with the request."""


def record_refusal(
    tx: Transaction, event: Event, client: Client | None, *, reason: str, remedy: str, sent: Mapping[str, str | None]
) -> None:
    """Log and audit a refusal; `sent` are those values of the request that help to mend it."""
    facts = {name: value[:LONGEST] for name, value in sent.items() if value}
    bucket = f"refusal:{event}:{client.client_id}:{digest(reason)}" if client else f"refusal:{event}:unknown"
    limit = KNOWN_LIMIT if client else UNKNOWN_LIMIT
    client_id = client.client_id if client else None
    if tx.throttles.has_capacity(bucket, limit) and tx.throttles.consume(bucket, limit):
        audit.record(tx, event, Outcome.FAILURE, client_id=client_id, reason=reason, remedy=remedy, **facts)
        return
    audit.log_event(event, Outcome.FAILURE, {"client_id": client_id, "reason": reason, "remedy": remedy, **facts})
