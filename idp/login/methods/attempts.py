"""What every attempt at a second step does: consume an attempt, record its outcome, then its proof."""

from __future__ import annotations

from collections.abc import Iterable

from idp import audit
from idp.audit import Event, Outcome
from idp.login.methods.result import Result
from idp.login.policy import rate_limits
from idp.login.policy.methods import Method
from idp.login.policy.proofs import Proof, to_rows
from idp.login.state import person as people
from idp.login.state.login_flow import LoginFlow, evaluate_flow
from idp.login.state.person import Person
from idp.messaging.notices import Notice, notify
from idp.persistence.transaction import Transaction


def has_attempts_left(tx: Transaction, flow: LoginFlow, person: Person) -> bool:
    """Whether `consume_attempt` would succeed now. It saves a costly hash; only `consume_attempt` decides."""
    return tx.throttles.has_capacity(_bucket(tx, flow, person), rate_limits.code_limit(person.settings))


def consume_attempt(tx: Transaction, flow: LoginFlow, person: Person) -> bool:
    """Count one attempt before it is checked; False when the limit is reached, and then nothing may be checked."""
    if tx.throttles.consume(_bucket(tx, flow, person), rate_limits.code_limit(person.settings)):
        return True
    record_outcome(tx, flow, person, Outcome.THROTTLED)
    return False


def reset_attempts(tx: Transaction, flow: LoginFlow, person: Person) -> None:
    """Forget the attempts before a right code."""
    tx.throttles.reset(_bucket(tx, flow, person))


def record_outcome(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    outcome: Outcome,
    method: Method | None = None,
    *,
    left: int | None = None,
) -> None:
    """Write the audit row of an attempt, and warn the owner of many wrong ones; `left`: unused recovery codes."""
    event = Event.RECOVERY_CODE if method is Method.RECOVERY_CODE else Event.SECOND_STEP
    client_id = flow.row.client_id
    audit.record(tx, event, outcome, user_id=person.user.id, client_id=client_id, method=method, codes_left=left)
    if outcome is not Outcome.SUCCESS:
        _warn_owner(tx, flow, person)


def _warn_owner(tx: Transaction, flow: LoginFlow, person: Person) -> None:
    """Mail the owner when several wrong codes followed a right password (ASVS 6.3.5); at most once a day."""
    if tx.throttles.count(_bucket(tx, flow, person)) < rate_limits.WARN_AFTER:
        return
    if tx.throttles.consume(rate_limits.warning_bucket(person.user.id), rate_limits.WARNING_LIMIT):
        notify(tx, person.user, Notice.WRONG_CODES)


def record_proof(
    tx: Transaction, flow: LoginFlow, person: Person, proof: Proof, *, remember: bool
) -> LoginFlow | Result:
    """Add a proof to those of the flow; arguments and result as for `record_proofs`."""
    return record_proofs(tx, flow, person, (*flow.proofs, proof), remember=remember)


def record_enrolment(
    tx: Transaction, flow: LoginFlow, person: Person, proof: Proof, *, remember: bool
) -> LoginFlow | Result:
    """Add the proof of a factor that was just added, with which the person's next epoch began."""
    user = tx.users.by_id(person.user.id)
    if user is None:
        return Result.CONFLICT
    return record_proof(tx, flow, people.load(tx, user, person.settings), proof, remember=remember)


def record_proofs(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    proofs: Iterable[Proof],
    **columns: bool | str | None,
) -> LoginFlow | Result:
    """Store the proofs of a flow, whose person is then `person`, as they are now; return the flow with them.

    `columns` are further columns of the row. `CONFLICT` when another request changed the flow first; then nothing is
    stored.
    """
    user, rows = person.user, to_rows(proofs)
    stored = tx.login_flows.advance(flow.row, user_id=user.id, epoch=user.epoch, proofs=rows, **columns)
    return Result.CONFLICT if stored is None else evaluate_flow(tx, stored, flow.auth_session, person, person.settings)


def known_device(tx: Transaction, flow: LoginFlow, person: Person) -> str | None:
    """Return the known device whose attempts are counted apart, if it completed a second step.

    Otherwise a thief of the password could collect known browsers before there is a second step, and then guess the
    code in each of them.
    """
    session_device = flow.auth_session.session.device_id if flow.auth_session and flow.is_step_up else None
    device_id = flow.row.device_id or session_device
    device = tx.devices.by_id(device_id) if device_id else None
    not_before = min((factor.created_at for factor in person.factors), default=tx.now)
    proven = device is not None and device.last_seen_at >= not_before
    return device_id if proven else None


def _bucket(tx: Transaction, flow: LoginFlow, person: Person) -> str:
    return rate_limits.code_bucket(person.user.id, known_device(tx, flow, person))
