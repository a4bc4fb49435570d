"""An account closed for good, by its owner or an administrator: access is over, everything personal is forgotten.

What stays is the bare `sub`, never given to anybody else, and the audit trail, which names nobody by then.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.config import Settings
from idp.login.access_revocation import revoke_all_access
from idp.login.policy import rate_limits
from idp.login.state.owners import is_last_owner
from idp.messaging.notices import enqueue_account_closed
from idp.persistence.roles import HolderKind
from idp.persistence.transaction import Transaction
from idp.persistence.users import User


class LastOwner(Exception):
    """The account is that of the last owner who can sign in."""


def close_account(tx: Transaction, user: User, settings: Settings, *, by_administrator: bool = False) -> bool:
    """Close it; False when another change came first, and then nothing was changed.

    Raises:
        LastOwner: nobody could administer the installation any more.
    """
    if is_last_owner(tx, user.id, settings):
        raise LastOwner
    if not tx.users.raise_epoch(user):
        return False
    enqueue_account_closed(tx, user, by_administrator=by_administrator)
    revoke_all_access(tx, user.id, reason="account closed")
    for buckets in rate_limits.bucket_prefixes(user.id, user.username, user.email):
        tx.throttles.reset_all(buckets)
    tx.purge.delete_person(user.id)
    tx.roles.withdraw_all(HolderKind.PERSON, user.id)
    tx.users.close(user)
    audit.record(tx, Event.ACCOUNT_CLOSED, user_id=user.id)
    return True
