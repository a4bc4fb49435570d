"""An account closed for good by its owner: everything open is over, everything personal is forgotten.

What stays is the bare `sub`, never given to anybody else, and the audit trail, which names nobody by then.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.login.policy import rate_limits
from idp.login.revocation import end_everything
from idp.messaging.notices import say_farewell
from idp.persistence.transaction import Transaction
from idp.persistence.users import User


def close(tx: Transaction, user: User) -> bool:
    """Close it; False when another change came first, and then nothing was changed."""
    if not tx.users.raise_epoch(user):
        return False
    say_farewell(tx, user)
    end_everything(tx, user.id, reason="account closed")
    for lanes in rate_limits.lanes_of(user.id):
        tx.throttles.clear_all_of(lanes)
    tx.purge.person(user.id)
    tx.users.close(user)
    audit.record(tx, Event.ACCOUNT_CLOSED, user_id=user.id)
    return True
