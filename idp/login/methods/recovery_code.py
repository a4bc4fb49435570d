"""Recovery codes: used in place of the second step, replaced, and acknowledged as saved.

prepare_code       hash the typed code, outside every transaction
first_set          mint the codes of somebody who has none, outside every transaction
verify_code        consume an attempt, then use up the code; the last one is replaced by a new set
replace_codes      store a new set; the old codes are dead with the same transaction
acknowledge_saved  the person has saved them; only policy keeps them readable after that
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event, Outcome
from idp.factors import recovery_codes
from idp.factors.recovery_codes import NewRecoverySet
from idp.login import devices
from idp.login.methods import attempts
from idp.login.methods.result import Result
from idp.login.policy.methods import Method
from idp.login.policy.proofs import Proof
from idp.login.state import person as people
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.messaging.notices import Notice, notify
from idp.persistence.transaction import Transaction
from idp.services import Services


@dataclass(frozen=True)
class PreparedRecoveryCode:
    """The digest of a typed recovery code; `next_set` is ready in case this is the last code of the set."""

    set_id: str
    digest: str
    next_set: NewRecoverySet | None


def prepare_code(person: Person, typed: str, services: Services) -> PreparedRecoveryCode | None:
    """Do the costly part, outside every transaction; None when the person has no recovery codes."""
    if person.recovery is None or not person.codes_left:
        return None
    digest = recovery_codes.digest(services.hasher, person.recovery.salt, typed)
    next_set = recovery_codes.generate_set(services.entropy, services.hasher) if person.codes_left == 1 else None
    return PreparedRecoveryCode(person.recovery.id, digest, next_set)


def verify_code(
    tx: Transaction, flow: LoginFlow, person: Person, prepared: PreparedRecoveryCode | None, services: Services
) -> LoginFlow | Result:
    """Check a recovery code and record the proof; it is used up, remembered devices end, its owner is notified."""
    if not attempts.consume_attempt(tx, flow, person):
        return Result.THROTTLED
    if prepared is None or not _belongs_to(person, prepared) or not tx.recovery.use(prepared.set_id, prepared.digest):
        attempts.record_outcome(tx, flow, person, Outcome.FAILURE, Method.RECOVERY_CODE)
        return Result.WRONG
    attempts.reset_attempts(tx, flow, person)
    person = people.load(tx, tx.users.raise_epoch(person.user) or person.user, services.settings)
    forgot = devices.forget_devices(tx, person.user.id)
    left = person.codes_left
    attempts.record_outcome(tx, flow, person, Outcome.SUCCESS, Method.RECOVERY_CODE, left=left)
    notice = Notice.RECOVERY_CODE_USED if left else Notice.LAST_RECOVERY_CODE_USED
    notify(tx, person.user, notice, forgot_devices=forgot)
    if not left and prepared.next_set is not None:
        replace_codes(tx, person, prepared.next_set, services)
        person = people.load(tx, person.user, services.settings)
    proof = Proof(Method.RECOVERY_CODE, person.recovery_factor, tx.now)
    return attempts.record_proof(tx, flow, person, proof, remember=False)


def first_set(person: Person, services: Services) -> NewRecoverySet | None:
    """Mint recovery codes for somebody who has none. It is costly: call it outside every transaction."""
    return None if person.recovery else recovery_codes.generate_set(services.entropy, services.hasher)


def replace_codes(tx: Transaction, person: Person, fresh: NewRecoverySet, services: Services) -> None:
    """Store a new set of recovery codes; the old ones end with this transaction."""
    set_id = services.entropy.token(12)
    row = recovery_codes.to_row(fresh, user_id=person.user.id, set_id=set_id, sealer=services.sealer)
    tx.recovery.replace(row, list(fresh.digests))
    audit.record(tx, Event.RECOVERY_CODES_MADE, user_id=person.user.id)


def acknowledge_saved(tx: Transaction, person: Person) -> bool:
    """Store that the person has saved the codes; False when that was stored before."""
    first = tx.recovery.acknowledge(person.user.id, keep=bool(person.policy.codes_viewable))
    if first:
        audit.record(tx, Event.RECOVERY_CODES_SAVED, user_id=person.user.id)
    return first


def _belongs_to(person: Person, prepared: PreparedRecoveryCode) -> bool:
    """Whether the code was hashed for this person's set: the flow may have got another person since."""
    return person.recovery is not None and person.recovery.id == prepared.set_id
