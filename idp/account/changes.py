"""Changes of what protects an account.

Each claims the person's epoch first, so that of two at once only one happens; with it go all other pending sign-ins.
Each ends with a new handle for the session that made it: the cookie of before, and every form token, is dead.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.factors.recovery_codes import FreshSet
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest
from idp.login.enrolment import factor_changes, totp
from idp.login.enrolment.totp import Confirmed
from idp.login.methods import recovery_code
from idp.login.policy.proofs import Method, Proof, to_rows
from idp.login.state.session import Visitor
from idp.messaging.notices import Notice, notify
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.recovery import new_password
from idp.recovery.new_password import By
from idp.signing.sealing import Sealer


class Overtaken(Exception):
    """Another change to the account, or the end of this session, came first: nothing of this one is kept."""


def change_password(tx: Transaction, visitor: Visitor, password_hash: str, *, entropy: Entropy) -> str:
    """Store a new password; whatever the old one opened elsewhere is over (`new_password.replace`).

    Returns the session's new handle.

    Raises:
        Overtaken: when another change came first.
    """
    user, sid = visitor.person.user, visitor.session.sid
    if not new_password.replace(tx, user, password_hash, by=By.OWNER, keep_sid=sid):
        raise Overtaken
    return renew(tx, visitor, entropy)


def activate(tx: Transaction, visitor: Visitor, confirmed: Confirmed, *, sealer: Sealer, entropy: Entropy) -> str:
    """Make the confirmed app the second step; this session has proven it, no other has. Returns its new handle.

    Raises:
        Overtaken: when another change came first.
    """
    proof = totp.activate(tx, visitor.person, confirmed, sealer=sealer, entropy=entropy)
    if proof is None:
        raise Overtaken
    return renew(tx, visitor, entropy, proof)


def turn_off(tx: Transaction, visitor: Visitor, *, entropy: Entropy) -> str:
    """Remove the second step with its recovery codes and remembered devices. Returns the session's new handle.

    Raises:
        Overtaken: when another change came first.
    """
    if not factor_changes.turn_off(tx, visitor.person):
        raise Overtaken
    return renew(tx, visitor, entropy)


def remove_factor(tx: Transaction, visitor: Visitor, factor: Factor, *, entropy: Entropy) -> str:
    """Take one second step away; with the last one go the recovery codes. Returns the session's new handle.

    Raises:
        Overtaken: when another change came first.
    """
    user, kind, factor_id = visitor.person.user, Method(factor.kind), factor.id
    last = visitor.person.is_last(factor)
    claim(tx, visitor)
    tx.factors.remove(user.id, factor_id)
    tx.devices.distrust(user_id=user.id)
    if last:
        factor_changes.wipe(tx, user.id)
    audit.record(tx, Event.FACTOR_REMOVED, user_id=user.id, method=kind, factor_id=factor_id)
    notify(tx, user, factor_changes.REMOVED[kind])
    return renew(tx, visitor, entropy)


def regenerate(tx: Transaction, visitor: Visitor, fresh: FreshSet, *, sealer: Sealer, entropy: Entropy) -> str:
    """Put new recovery codes in place of the old, and forget every device. Returns the session's new handle.

    Raises:
        Overtaken: when another change came first.
    """
    claim(tx, visitor)
    recovery_code.replace(tx, visitor.person, fresh, sealer=sealer, entropy=entropy)
    tx.devices.distrust(user_id=visitor.person.user.id)
    notify(tx, visitor.person.user, Notice.RECOVERY_CODES_REGENERATED)
    return renew(tx, visitor, entropy)


def renew(tx: Transaction, visitor: Visitor, entropy: Entropy, *proofs: Proof) -> str:
    """Give the visitor's session a new handle, and perhaps new proofs.

    Raises:
        Overtaken: when the session was ended beside this request.
    """
    handle, session = entropy.token(), visitor.session
    rows = to_rows((*visitor.proofs, *proofs))
    if not tx.sessions.rise(session.sid, handle_digest=digest(handle), proofs=rows, device_id=session.device_id):
        raise Overtaken
    return handle


def claim(tx: Transaction, visitor: Visitor) -> None:
    """Raise the person's epoch: of two changes at once one happens.

    Raises:
        Overtaken: when another change came first.
    """
    if not tx.users.raise_epoch(visitor.person.user):
        raise Overtaken
