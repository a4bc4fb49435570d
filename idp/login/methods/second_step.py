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
from idp.login.methods.password import Result
from idp.login.methods.sent_codes import SendResult
from idp.login.policy import rate_limits
from idp.login.policy.proofs import Method, Proof, to_rows
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.sent_codes import CodePurpose, CodeSlot
from idp.persistence.transaction import Transaction
from idp.signing.sealing import Sealer


def verify_code(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    method: Method,
    code: str,
    *,
    remember: bool,
    sealer: Sealer,
    settings: Settings,
) -> Result:
    """Judge a six-digit code, of an app or sent; a right one is spent, for every other session and worker too."""
    if not consume_attempt(tx, flow, person, settings):
        return Result.THROTTLED
    judged = ((each, _check_code(tx, flow, each, code, sealer)) for each in person.factors_of(method))
    factor, verdict = next((one for one in judged if one[1] is not Result.WRONG), (None, Result.WRONG))
    if factor is None or verdict is Result.REUSED:
        audit_attempt(tx, flow, person, Outcome.FAILURE, method)
        return verdict
    reset_attempts(tx, flow, person)
    audit_attempt(tx, flow, person, Outcome.SUCCESS, method)
    return record_proof(tx, flow, person, Proof(method, factor.id, tx.now), remember=remember)


def _use_totp_code(tx: Transaction, factor: Factor, code: str, sealer: Sealer) -> Result:
    """Whether `code` is this authenticator app's (else WRONG) and was not used before (else SPENT); it is used now.

    To say SPENT gives nothing away: the password was right, the try is paid for, and the code is worthless.
    """
    seed = sealer.unseal(factor.sealed_secret or "", row=factor.id).decode()
    step = totp.matching_step(seed, code, tx.now)
    if step is None:
        return Result.WRONG
    return Result.RIGHT if tx.factors.use_step(factor.id, step) else Result.REUSED


def _check_code(tx: Transaction, flow: LoginFlow, factor: Factor, code: str, sealer: Sealer) -> Result:
    if factor.kind == Method.TOTP:
        return _use_totp_code(tx, factor, code, sealer)
    proven = sent_codes.verify_code(tx, sign_in_code_slot(flow, factor), code, sealer=sealer)
    if proven != factor.address:
        return Result.WRONG
    tx.factors.used(factor.id)
    return Result.RIGHT


def sign_in_code_slot(flow: LoginFlow, factor: Factor) -> CodeSlot:
    """Where codes for this sign-in, sent to this factor, are kept and judged."""
    return CodeSlot(f"login:{flow.row.id}", CodePurpose.SIGN_IN, factor.kind, factor.user_id)


def send_code(
    tx: Transaction, flow: LoginFlow, person: Person, method: Method, *, sealer: Sealer, entropy: Entropy
) -> SendResult:
    """Send a code to the address or number that was proven when this way was set up, and nowhere else."""
    (factor,) = person.factors_of(method)
    device = _known_device(tx, flow, person)
    return sent_codes.issue_code(
        tx,
        sign_in_code_slot(flow, factor),
        person.user,
        address=factor.address or "",
        device_id=device,
        sealer=sealer,
        entropy=entropy,
    )


def has_attempts_left(tx: Transaction, flow: LoginFlow, person: Person, settings: Settings) -> bool:
    """Whether a try would be judged now: a look that spares a costly hash; only paying for it decides."""
    return tx.throttles.has_capacity(_bucket(tx, flow, person), rate_limits.code_limit(settings))


def consume_attempt(tx: Transaction, flow: LoginFlow, person: Person, settings: Settings) -> bool:
    """Pay for one try; False, and then nothing is to be judged, when the lane is closed."""
    if tx.throttles.consume(_bucket(tx, flow, person), rate_limits.code_limit(settings)):
        return True
    audit_attempt(tx, flow, person, Outcome.THROTTLED)
    return False


def reset_attempts(tx: Transaction, flow: LoginFlow, person: Person) -> None:
    """A right code: the tries before it count no more."""
    tx.throttles.reset(_bucket(tx, flow, person))


def audit_attempt(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    outcome: Outcome,
    method: Method | None = None,
    *,
    left: int | None = None,
) -> None:
    """Record a try; `left`: the recovery codes that are unused now."""
    event = Event.RECOVERY_CODE if method is Method.RECOVERY_CODE else Event.SECOND_STEP
    client_id = flow.row.client_id
    audit.record(tx, event, outcome, user_id=person.user.id, client_id=client_id, method=method, codes_left=left)


def record_proof(tx: Transaction, flow: LoginFlow, person: Person, proof: Proof, *, remember: bool) -> Result:
    """Move the attempt on by what was proven; MOVED when another request did, or the account changed meanwhile."""
    user, proofs = person.user, to_rows((*flow.proofs, proof))
    done = tx.login_flows.advance(flow.row, user_id=user.id, epoch=user.epoch, proofs=proofs, remember=remember)
    return Result.RIGHT if done else Result.CONFLICT


def _bucket(tx: Transaction, flow: LoginFlow, person: Person) -> str:
    return rate_limits.code_bucket(person.user.id, _known_device(tx, flow, person))


def _known_device(tx: Transaction, flow: LoginFlow, person: Person) -> str | None:
    """The known device that has lanes of its own: only once a sign-in was finished there with a second factor.

    Otherwise a thief of the password could collect known browsers before there is a second step, and then guess the
    code in each of them.
    """
    session_device = flow.auth_session.session.device_id if flow.auth_session and flow.is_step_up else None
    device_id = flow.row.device_id or session_device
    device = tx.devices.by_id(device_id) if device_id else None
    not_before = min((factor.created_at for factor in person.factors), default=tx.now)
    proven = device is not None and device.last_seen_at >= not_before
    return device_id if proven else None
