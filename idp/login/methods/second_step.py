"""A six-digit code as the second step, whichever method it comes from."""

from __future__ import annotations

from collections.abc import Callable

from idp.audit import Outcome
from idp.login.methods import attempts, sent_code, totp
from idp.login.methods.result import Result
from idp.login.policy.methods import SENT, Method
from idp.login.policy.proofs import Proof
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.services import Services

CheckCode = Callable[[Transaction, LoginFlow, Factor, str, Services], Result]
CHECKS: dict[Method, CheckCode] = {Method.TOTP: totp.check_code, **dict.fromkeys(SENT, sent_code.check_code)}


def verify_code(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    method: Method,
    code: str,
    *,
    remember: bool,
    services: Services,
) -> LoginFlow | Result:
    """Check a six-digit code and record the proof; a right code is used up."""
    if not attempts.consume_attempt(tx, flow, person):
        return Result.THROTTLED
    results = ((factor, CHECKS[method](tx, flow, factor, code, services)) for factor in person.factors_of(method))
    factor, result = next((one for one in results if one[1] is not Result.WRONG), (None, Result.WRONG))
    if factor is None or result is Result.REUSED:
        attempts.record_outcome(tx, flow, person, Outcome.FAILURE, method)
        return result
    attempts.reset_attempts(tx, flow, person)
    attempts.record_outcome(tx, flow, person, Outcome.SUCCESS, method)
    proof = Proof(method, factor.id, tx.now)
    return attempts.record_proof(tx, flow, person, proof, remember=remember)
