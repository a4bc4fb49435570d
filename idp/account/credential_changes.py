"""Changes of what protects an account, made by its owner.

Each claims the person's epoch first, so that of two at once only one happens; that ends all other pending sign-ins.
Each ends with a new handle for the session that made it: the former cookie and every form token end.
"""

from __future__ import annotations

from idp import audit
from idp.account.errors import ConcurrentChange
from idp.audit import Event
from idp.factors.passkey import VerifiedRegistration
from idp.factors.recovery_codes import NewRecoverySet
from idp.kernel.handles import digest
from idp.login import devices
from idp.login.enrolment import factor_changes, passkey, totp
from idp.login.enrolment.totp import ConfirmedSetup
from idp.login.methods import recovery_code
from idp.login.policy.methods import Method
from idp.login.policy.proofs import Proof, to_rows
from idp.login.state.session import AuthenticatedSession
from idp.messaging.notices import Notice, notify
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.recovery import new_password
from idp.recovery.new_password import ChangedBy
from idp.services import Services


def change_password(tx: Transaction, auth_session: AuthenticatedSession, password_hash: str, services: Services) -> str:
    """Store a new password, and revoke all other access (`new_password.replace_password`).

    Returns the session's new handle.

    Raises:
        ConcurrentChange: when another change came first.
    """
    user, sid = auth_session.person.user, auth_session.session.sid
    if not new_password.replace_password(tx, user, password_hash, by=ChangedBy.OWNER, keep_sid=sid):
        raise ConcurrentChange
    return renew(tx, auth_session, services)


def activate_totp(
    tx: Transaction, auth_session: AuthenticatedSession, confirmed: ConfirmedSetup, services: Services
) -> str:
    """Make the confirmed app the second step; this session has proven it, no other has. Returns its new handle.

    Raises:
        ConcurrentChange: when another change came first.
    """
    proof = totp.activate_totp(tx, auth_session.person, confirmed, services)
    if proof is None:
        raise ConcurrentChange
    return renew(tx, auth_session, services, proof)


def add_passkey(
    tx: Transaction,
    auth_session: AuthenticatedSession,
    registration: VerifiedRegistration,
    label: str,
    *,
    codes: NewRecoverySet | None,
    services: Services,
) -> str:
    """Add a passkey; this session has proven it. Returns the session's new handle.

    `codes` are the recovery codes of a person who had no second step before.

    Raises:
        ConcurrentChange: when another change came first.
        CredentialExists: when somebody has that passkey.
    """
    proof = passkey.add(tx, auth_session.person, registration, label, codes=codes, services=services)
    if proof is None:
        raise ConcurrentChange
    return renew(tx, auth_session, services, proof)


def turn_off_second_step(tx: Transaction, auth_session: AuthenticatedSession, services: Services) -> str:
    """Remove the second step with its recovery codes and remembered devices. Returns the session's new handle.

    Raises:
        ConcurrentChange: when another change came first.
    """
    if not factor_changes.turn_off(tx, auth_session.person):
        raise ConcurrentChange
    return renew(tx, auth_session, services)


def remove_factor(tx: Transaction, auth_session: AuthenticatedSession, factor: Factor, services: Services) -> str:
    """Take one second step away; with the last one go the recovery codes. Returns the session's new handle.

    Raises:
        ConcurrentChange: when another change came first.
    """
    user, kind, factor_id = auth_session.person.user, Method(factor.kind), factor.id
    last = auth_session.person.is_last(factor)
    _raise_epoch(tx, auth_session)
    tx.factors.remove(user.id, factor_id)
    forgot = devices.forget_devices(tx, user.id)
    if last:
        factor_changes.remove_all_factors(tx, user.id)
    audit.record(tx, Event.FACTOR_REMOVED, user_id=user.id, method=kind, factor_id=factor_id)
    notify(tx, user, factor_changes.NOTICES[kind].removed, forgot_devices=forgot)
    return renew(tx, auth_session, services)


def regenerate_recovery_codes(
    tx: Transaction, auth_session: AuthenticatedSession, fresh: NewRecoverySet, services: Services
) -> str:
    """Put new recovery codes in place of the old, and forget every device. Returns the session's new handle.

    Raises:
        ConcurrentChange: when another change came first.
    """
    _raise_epoch(tx, auth_session)
    recovery_code.replace_codes(tx, auth_session.person, fresh, services)
    forgot = devices.forget_devices(tx, auth_session.person.user.id)
    notify(tx, auth_session.person.user, Notice.RECOVERY_CODES_REGENERATED, forgot_devices=forgot)
    return renew(tx, auth_session, services)


def renew(tx: Transaction, auth_session: AuthenticatedSession, services: Services, *proofs: Proof) -> str:
    """Give the session a new handle, and store further proofs.

    Raises:
        ConcurrentChange: when another request ended the session.
    """
    handle, session = services.entropy.token(), auth_session.session
    rows = to_rows((*auth_session.proofs, *proofs))
    if not tx.sessions.rotate(session.sid, handle_digest=digest(handle), proofs=rows, device_id=session.device_id):
        raise ConcurrentChange
    return handle


def _raise_epoch(tx: Transaction, auth_session: AuthenticatedSession) -> None:
    """Raise the person's epoch: of two changes at once one happens.

    Raises:
        ConcurrentChange: when another change came first.
    """
    if not tx.users.raise_epoch(auth_session.person.user):
        raise ConcurrentChange
