"""The second factor: a code from an app or a message, and what every try at one does.

    pay     before it is judged, whatever it is: the lane of this person, or of a device they proved     (writing)
    tell    how it went, in the audit trail
    repay   once it was right
    keep    the proof, in the attempt

Recovery codes do the same, in `recovery`.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.factors import totp
from idp.kernel.entropy import Entropy
from idp.login.methods import sent_codes
from idp.login.methods.password import Verdict
from idp.login.methods.sent_codes import Sent
from idp.login.policy import rate_limits
from idp.login.policy.proofs import Method, Proof, to_rows
from idp.login.state.login_flow import Attempt
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.sent_codes import Addressed, CodePurpose
from idp.persistence.transaction import Transaction
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
    if not pay(tx, attempt, person, settings):
        return Verdict.THROTTLED
    judged = ((each, _judge(tx, attempt, each, code, sealer)) for each in person.factors_of(method))
    factor, verdict = next((one for one in judged if one[1] is not Verdict.WRONG), (None, Verdict.WRONG))
    if factor is None or verdict is Verdict.SPENT:
        tell(tx, attempt, person, Outcome.FAILURE, method)
        return verdict
    repay(tx, attempt, person)
    tell(tx, attempt, person, Outcome.SUCCESS, method)
    return keep(tx, attempt, person, Proof(method, factor.id, tx.now), remember=remember)


def _spend(tx: Transaction, factor: Factor, code: str, sealer: Sealer) -> Verdict:
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
        return _spend(tx, factor, code, sealer)
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
    return tx.throttles.is_open(_lane(tx, attempt, person), rate_limits.code_limit(settings))


def pay(tx: Transaction, attempt: Attempt, person: Person, settings: Settings) -> bool:
    """Pay for one try; False, and then nothing is to be judged, when the lane is closed."""
    if tx.throttles.claim(_lane(tx, attempt, person), rate_limits.code_limit(settings)):
        return True
    tell(tx, attempt, person, Outcome.THROTTLED)
    return False


def repay(tx: Transaction, attempt: Attempt, person: Person) -> None:
    """A right code: the tries before it count no more."""
    tx.throttles.clear(_lane(tx, attempt, person))


def tell(
    tx: Transaction,
    attempt: Attempt,
    person: Person,
    outcome: Outcome,
    method: Method | None = None,
    *,
    left: int | None = None,
) -> None:
    """Record a try; `left`: the recovery codes that are unused now."""
    event = Event.RECOVERY_CODE if method is Method.RECOVERY_CODE else Event.SECOND_STEP
    client_id = attempt.login.client_id
    audit.record(tx, event, outcome, user_id=person.user.id, client_id=client_id, method=method, codes_left=left)


def keep(tx: Transaction, attempt: Attempt, person: Person, proof: Proof, *, remember: bool) -> Verdict:
    """Move the attempt on by what was proven; MOVED when another request did, or the account changed meanwhile."""
    user, proofs = person.user, to_rows((*attempt.proofs, proof))
    done = tx.logins.advance(attempt.login, user_id=user.id, epoch=user.epoch, proofs=proofs, remember=remember)
    return Verdict.RIGHT if done else Verdict.MOVED


def _lane(tx: Transaction, attempt: Attempt, person: Person) -> str:
    return rate_limits.code_lane(person.user.id, _known_device(tx, attempt, person))


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
