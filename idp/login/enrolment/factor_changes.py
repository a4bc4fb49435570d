"""Adding a factor and turning the second step off: what is the same for every authentication method.

    totp, passkey, sent_code       what differs: the set-up, and how the factor proves itself
       | a factor that just proved itself
       v
    add_factor    raise the epoch (claims the change), store the factor and recovery codes, notify the owner

With the epoch end the person's other pending login flows and every remembered device.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.factors.recovery_codes import NewRecoverySet
from idp.login import devices
from idp.login.methods import recovery_code
from idp.login.policy.methods import Method
from idp.login.policy.proofs import Proof
from idp.login.state.person import Person
from idp.messaging.notices import Notice, notify
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.services import Services

NOTICES = {method: method.spec.change_notices for method in Method if method.spec.change_notices}
"""The notices to the owner, by method."""


def add_factor(
    tx: Transaction,
    person: Person,
    factor: Factor,
    *,
    codes: NewRecoverySet | None,
    replaces: bool = False,
    services: Services,
) -> Proof | None:
    """Add a factor of this person that just proved itself, and return that proof.

    `codes` are the recovery codes of somebody who has none. `replaces`: a person has one factor of this kind, so the
    one before is removed. None when another change to the account came first; then nothing is changed.

    Raises:
        CredentialExists: when it is a passkey that somebody has already; the transaction must be given up.
    """
    user, kind = person.user, Method(factor.kind)
    if not tx.users.raise_epoch(user):
        return None
    replaced = bool(replaces and tx.factors.remove_all(user.id, kind=kind))
    tx.factors.add(factor)
    if codes is not None:
        recovery_code.replace_codes(tx, person, codes, services)
    forgot = devices.forget_devices(tx, user.id)
    audit.record(tx, Event.FACTOR_ADDED, user_id=user.id, method=kind, factor_id=factor.id, replaced=replaced)
    notify(tx, user, NOTICES[kind].replaced if replaced else NOTICES[kind].added, forgot_devices=forgot)
    return Proof(kind, factor.id, tx.now)


def turn_off(tx: Transaction, person: Person) -> bool:
    """Remove the second step, its recovery codes and every remembered device; False when a change came first."""
    if not tx.users.raise_epoch(person.user):
        return False
    forgot = remove_all_factors(tx, person.user.id)
    audit.record(tx, Event.FACTOR_REMOVED, user_id=person.user.id)
    notify(tx, person.user, Notice.AUTHENTICATOR_REMOVED, forgot_devices=forgot)
    return True


def remove_all_factors(tx: Transaction, user_id: str) -> bool:
    """Remove factors, recovery codes and remembered devices; second factors in sessions stop counting.

    Returns whether a device was remembered.
    """
    tx.factors.remove_all(user_id)
    tx.recovery.remove(user_id)
    return devices.forget_devices(tx, user_id)
