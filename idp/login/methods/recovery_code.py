"""Recovery codes: tried in place of the second step, replaced, and said to be saved.

prepare    the costly digest of what was typed, outside every transaction
prove      pay, then spend the code; the last one has a new set made                              (writing)
replace    a new set; the old codes are dead with it                                              (writing)
saved      the person has them; only policy keeps them readable after that                        (writing)
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.factors import recovery_codes
from idp.factors.hashing import Hasher
from idp.factors.recovery_codes import FreshSet
from idp.kernel.entropy import Entropy
from idp.login.methods import second_step
from idp.login.methods.password import Result
from idp.login.policy.proofs import Method, Proof
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.messaging.notices import Notice, notify
from idp.persistence.transaction import Transaction
from idp.signing.sealing import Sealer


@dataclass(frozen=True)
class PreparedRecoveryCode:
    """A typed recovery code, digested; `next_set` is ready in case this is the last code of the present one."""

    set_id: str
    digest: str
    next_set: FreshSet | None


def prepare_code(person: Person, typed: str, *, hasher: Hasher, entropy: Entropy) -> PreparedRecoveryCode | None:
    """Do the costly part, outside every transaction; None when the person has no recovery codes."""
    if person.recovery is None or not person.codes_left:
        return None
    digest = recovery_codes.digest(hasher, person.recovery.salt, typed)
    next_set = recovery_codes.mint(entropy, hasher) if person.codes_left == 1 else None
    return PreparedRecoveryCode(person.recovery.id, digest, next_set)


def verify_code(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    tried: PreparedRecoveryCode | None,
    *,
    sealer: Sealer,
    entropy: Entropy,
    settings: Settings,
) -> Result:
    """Judge a recovery code. A right one is spent, ends every remembered device, and is told to its owner."""
    if not second_step.consume_attempt(tx, flow, person, settings):
        return Result.THROTTLED
    if tried is None or not _belongs_to(person, tried) or not tx.recovery.use(tried.set_id, tried.digest):
        second_step.audit_attempt(tx, flow, person, Outcome.FAILURE, Method.RECOVERY_CODE)
        return Result.WRONG
    second_step.reset_attempts(tx, flow, person)
    tx.users.raise_epoch(person.user)
    left = tx.recovery.with_count(person.user.id)[1]
    second_step.audit_attempt(tx, flow, person, Outcome.SUCCESS, Method.RECOVERY_CODE, left=left)
    notify(tx, person.user, Notice.RECOVERY_CODE_USED if left else Notice.LAST_RECOVERY_CODE_USED)
    if not left and tried.next_set is not None:
        replace_codes(tx, person, tried.next_set, sealer=sealer, entropy=entropy)
    proof = Proof(Method.RECOVERY_CODE, person.recovery_factor, tx.now)
    return second_step.record_proof(tx, flow, person, proof, remember=False)


def replace_codes(tx: Transaction, person: Person, fresh: FreshSet, *, sealer: Sealer, entropy: Entropy) -> None:
    """Put a new set of recovery codes in place; the old ones are dead with this transaction."""
    row = recovery_codes.to_row(fresh, user_id=person.user.id, set_id=entropy.token(12), sealer=sealer)
    tx.recovery.replace(row, list(fresh.digests))
    audit.record(tx, Event.RECOVERY_CODES_MADE, user_id=person.user.id)


def acknowledge_saved(tx: Transaction, user_id: str, settings: Settings) -> bool:
    """The person says that the codes are saved; False when they had said so. Where policy allows they stay readable."""
    first = tx.recovery.acknowledge(user_id, keep=settings.recovery_codes_viewable)
    if first:
        audit.record(tx, Event.RECOVERY_CODES_SAVED, user_id=user_id)
    return first


def _belongs_to(person: Person, tried: PreparedRecoveryCode) -> bool:
    """Whether the try is about this person's set: the attempt may have passed to another since it was prepared."""
    return person.recovery is not None and person.recovery.id == tried.set_id
