"""Passkeys added and renamed. Adding claims the person's epoch, as in `credential_changes`, which removes them too."""

from __future__ import annotations

from idp import audit
from idp.account.credential_changes import ConcurrentChange, renew
from idp.audit import Event
from idp.factors.passkey import VerifiedRegistration
from idp.factors.recovery_codes import NewRecoverySet
from idp.login.enrolment import passkey
from idp.login.policy.methods import Method
from idp.login.state.session import AuthenticatedSession
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.services import Services


def add(
    tx: Transaction,
    auth_session: AuthenticatedSession,
    made: VerifiedRegistration,
    label: str,
    *,
    codes: NewRecoverySet | None,
    services: Services,
) -> str:
    """Make a key one of the person's; this session has proven it. Returns the session's new handle.

    `codes` are the recovery codes of somebody who had no second step before.

    Raises:
        ConcurrentChange: when another change came first.
        AlreadyKnown: when somebody has that key.
    """
    proof = passkey.add(tx, auth_session.person, made, label, codes=codes, services=services)
    if proof is None:
        raise ConcurrentChange
    return renew(tx, auth_session, services, proof)


def rename(tx: Transaction, auth_session: AuthenticatedSession, factor: Factor, label: str) -> None:
    """Call a passkey something else; nothing that protects the account changes."""
    user_id = auth_session.person.user.id
    if tx.factors.rename(user_id, factor.id, label):
        audit.record(tx, Event.FACTOR_RENAMED, user_id=user_id, method=Method.PASSKEY, factor_id=factor.id)
