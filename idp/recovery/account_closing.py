"""An account closed for good by its owner: everything open is over, everything personal is forgotten.

What stays is the bare `sub`, never given to anybody else, and the audit trail, which names nobody by then.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.login.access_revocation import revoke_all_access
from idp.login.policy import rate_limits
from idp.messaging.notices import enqueue_account_closed
from idp.persistence.transaction import Transaction
from idp.persistence.users import User


def close_account(tx: Transaction, user: User) -> bool:
    """Close it; False when another change came first, and then nothing was changed."""
    if not tx.users.raise_epoch(user):
        return False
    enqueue_account_closed(tx, user)
    revoke_all_access(tx, user.id, reason="account closed")
    for buckets in rate_limits.bucket_prefixes(user.id, user.username, user.email):
        tx.throttles.reset_all(buckets)
    tx.purge.delete_person(user.id)
    tx.users.close(user)
    audit.record(tx, Event.ACCOUNT_CLOSED, user_id=user.id)
    return True
