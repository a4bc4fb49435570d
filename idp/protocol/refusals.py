"""Refusals of what a client sent through a browser: logged, and audited with the reason and the remedy.

Anybody can send such a request, so the audit trail gets each reason of a client once an hour, and again when it was
counted ten, a hundred, ... times. Requests that name no client of ours are counted by network. The log has every one.
"""

from __future__ import annotations

from collections.abc import Mapping

from idp import audit
from idp.audit import Event, Outcome
from idp.audit.bounds import Bound
from idp.kernel.handles import digest
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction

MOST_OF_ONE_REASON = 1
"""Audit rows an hour of one client and reason, before those that tell how many there were."""
LONGEST = 300
"""Characters of each value that came with the request."""


def record_refusal(
    tx: Transaction, event: Event, client: Client | None, *, reason: str, remedy: str, sent: Mapping[str, str | None]
) -> None:
    """Log and audit a refusal; `sent` are those values of the request that help to mend it."""
    facts = {name: value[:LONGEST] for name, value in sent.items() if value}
    bound = Bound(f"{event}:{client.client_id}:{digest(reason)}", MOST_OF_ONE_REASON) if client else None
    client_id = client.client_id if client else None
    audit.record(tx, event, Outcome.FAILURE, client_id=client_id, bound=bound, reason=reason, remedy=remedy, **facts)
