"""The second factor: a code from an app or a message, or a recovery code. Every try is paid for before it is judged."""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.factors import recovery_codes, totp
from idp.factors.hashing import Hasher
from idp.factors.recovery_codes import FreshSet
from idp.kernel.entropy import Entropy
from idp.login import sent_codes, throttle
from idp.login.attempt import Attempt
from idp.login.password import Verdict
from idp.login.person import Person
from idp.login.proofs import Method, Proof, to_rows
from idp.login.sent_codes import Sent
from idp.messaging.notices import Notice, notify
from idp.persistence.factors import Factor
from idp.persistence.sent_codes import Addressed, CodePurpose
from idp.persistence.unit_of_work import Transaction
from idp.signing.sealing import Sealer


def prove_code(
    tx: Transaction,
    attempt: Attempt,
    person: Person,
    method: Method,
    code: str,
    *,
    remember: bool,
    sealer: Sealer,
    settings: Settings,
) -> Verdict:
    """Judge a six-digit code, of an app or sent; a right one is spent, for every other session and worker too."""
    if not _pay(tx, attempt, person, settings):
        return Verdict.THROTTLED
    judged = ((each, _judge(tx, attempt, each, code, sealer)) for each in person.factors_of(method))
    factor, verdict = next((one for one in judged if one[1] is not Verdict.WRONG), (None, Verdict.WRONG))
    if factor is None or verdict is Verdict.SPENT:
        _tell(tx, attempt, person, Outcome.FAILURE, method)
        return verdict
    _repay(tx, attempt, person)
    _tell(tx, attempt, person, Outcome.SUCCESS, method)
    proofs = to_rows((*attempt.proofs, Proof(method, factor.id, tx.now)))
    done = _keep(tx, attempt, person, proofs=proofs, remember=remember)
    return Verdict.RIGHT if done else Verdict.MOVED


def spend(tx: Transaction, factor: Factor, code: str, sealer: Sealer) -> Verdict:
    """Whether `code` is this authenticator app's (else WRONG) and was not used before (else SPENT); it is used now.

    To say SPENT gives nothing away: the password was right, the try is paid for, and the code is worthless.
    """
    seed = sealer.unseal(factor.sealed_secret or "", row=factor.id).decode()
    step = totp.matching_step(seed, code, tx.now)
    if step is None:
        return Verdict.WRONG
    return Verdict.RIGHT if tx.factors.use_step(factor.id, step) else Verdict.SPENT


def _judge(tx: Transaction, attempt: Attempt, factor: Factor, code: str, sealer: Sealer) -> Verdict:
    if factor.kind == Method.TOTP:
        return spend(tx, factor, code, sealer)
    proven = sent_codes.judge(tx, place_of(attempt, factor), code, sealer=sealer)
    if proven != factor.address:
        return Verdict.WRONG
    tx.factors.used(factor.id)
    return Verdict.RIGHT


def place_of(attempt: Attempt, factor: Factor) -> Addressed:
    """Where codes for this sign-in, sent to this factor, are kept and judged."""
    return Addressed(f"login:{attempt.login.id}", CodePurpose.SIGN_IN, factor.kind, factor.user_id)


def send_code(
    tx: Transaction, attempt: Attempt, person: Person, method: Method, *, sealer: Sealer, entropy: Entropy
) -> Sent:
    """Send a code to the address or number that was proven when this way was set up, and nowhere else."""
    (factor,) = person.factors_of(method)
    device = _known_device(tx, attempt, person)
    return sent_codes.send(
        tx,
        place_of(attempt, factor),
        person.user,
        address=factor.address or "",
        device_id=device,
        sealer=sealer,
        entropy=entropy,
    )


def may_try(tx: Transaction, attempt: Attempt, person: Person, settings: Settings) -> bool:
    """Whether a try would be judged now: a look that spares a costly hash; only paying for it decides."""
    return tx.throttles.is_open(_lane(tx, attempt, person), throttle.code_limit(settings))


@dataclass(frozen=True)
class RecoveryTry:
    """A typed recovery code, digested; `next_set` is ready in case this is the last code of the present one."""

    set_id: str
    digest: str
    next_set: FreshSet | None


def prepare_recovery(person: Person, typed: str, *, hasher: Hasher, entropy: Entropy) -> RecoveryTry | None:
    """Do the costly part, outside every transaction; None when the person has no recovery codes."""
    if person.recovery is None or not person.codes_left:
        return None
    digest = recovery_codes.digest(hasher, person.recovery.salt, typed)
    next_set = recovery_codes.mint(entropy, hasher) if person.codes_left == 1 else None
    return RecoveryTry(person.recovery.id, digest, next_set)


def prove_recovery(
    tx: Transaction,
    attempt: Attempt,
    person: Person,
    tried: RecoveryTry | None,
    *,
    sealer: Sealer,
    entropy: Entropy,
    settings: Settings,
) -> Verdict:
    """Judge a recovery code. A right one is spent, ends every remembered device, and is told to its owner."""
    if not _pay(tx, attempt, person, settings):
        return Verdict.THROTTLED
    if tried is None or not _of(person, tried) or not tx.recovery.use(tried.set_id, tried.digest):
        _tell(tx, attempt, person, Outcome.FAILURE, Method.RECOVERY_CODE)
        return Verdict.WRONG
    _repay(tx, attempt, person)
    tx.users.raise_epoch(person.user)
    left = tx.recovery.with_count(person.user.id)[1]
    _tell(tx, attempt, person, Outcome.SUCCESS, Method.RECOVERY_CODE, left=left)
    notify(tx, person.user, Notice.RECOVERY_CODE_USED if left else Notice.LAST_RECOVERY_CODE_USED)
    if not left and tried.next_set is not None:
        replace_codes(tx, person, tried.next_set, sealer=sealer, entropy=entropy)
    proofs = to_rows((*attempt.proofs, Proof(Method.RECOVERY_CODE, person.recovery_factor, tx.now)))
    done = _keep(tx, attempt, person, proofs=proofs, remember=False)
    return Verdict.RIGHT if done else Verdict.MOVED


def _of(person: Person, tried: RecoveryTry) -> bool:
    """Whether the try is about this person's set: the attempt may have passed to another since it was prepared."""
    return person.recovery is not None and person.recovery.id == tried.set_id


def replace_codes(tx: Transaction, person: Person, fresh: FreshSet, *, sealer: Sealer, entropy: Entropy) -> None:
    """Put a new set of recovery codes in place; the old ones are dead with this transaction."""
    row = recovery_codes.to_row(fresh, user_id=person.user.id, set_id=entropy.token(12), sealer=sealer)
    tx.recovery.replace(row, list(fresh.digests))
    audit.record(tx, Event.RECOVERY_CODES_MADE, user_id=person.user.id)


def codes_saved(tx: Transaction, user_id: str, settings: Settings) -> bool:
    """The person says that the codes are saved; False when they had said so. Where policy allows they stay readable."""
    first = tx.recovery.acknowledge(user_id, keep=settings.recovery_codes_viewable)
    if first:
        audit.record(tx, Event.RECOVERY_CODES_SAVED, user_id=user_id)
    return first


def _keep(
    tx: Transaction, attempt: Attempt, person: Person, *, proofs: list[dict[str, object]], remember: bool
) -> bool:
    user = person.user
    return tx.logins.advance(attempt.login, user_id=user.id, epoch=user.epoch, proofs=proofs, remember=remember)


def _known_device(tx: Transaction, attempt: Attempt, person: Person) -> str | None:
    """The known device that has lanes of its own: only once a sign-in was finished there with a second factor.

    Otherwise a thief of the password could collect known browsers before there is a second step, and then guess the
    code in each of them.
    """
    session_device = attempt.visitor.session.device_id if attempt.visitor and attempt.raises_session else None
    device_id = attempt.login.device_id or session_device
    device = tx.devices.by_id(device_id) if device_id else None
    since = min((factor.created_at for factor in person.factors), default=tx.now)
    proven = device is not None and device.last_seen_at >= since
    return device_id if proven else None


def _lane(tx: Transaction, attempt: Attempt, person: Person) -> str:
    return throttle.code_lane(person.user.id, _known_device(tx, attempt, person))


def _pay(tx: Transaction, attempt: Attempt, person: Person, settings: Settings) -> bool:
    if tx.throttles.claim(_lane(tx, attempt, person), throttle.code_limit(settings)):
        return True
    _tell(tx, attempt, person, Outcome.THROTTLED)
    return False


def _repay(tx: Transaction, attempt: Attempt, person: Person) -> None:
    tx.throttles.clear(_lane(tx, attempt, person))


def _tell(
    tx: Transaction,
    attempt: Attempt,
    person: Person,
    outcome: Outcome,
    method: Method | None = None,
    *,
    left: int | None = None,
) -> None:
    event = Event.RECOVERY_CODE if method is Method.RECOVERY_CODE else Event.SECOND_STEP
    client_id = attempt.login.client_id
    audit.record(tx, event, outcome, user_id=person.user.id, client_id=client_id, method=method, codes_left=left)
