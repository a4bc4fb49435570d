"""Enrolling codes by email, SMS or WhatsApp, at sign-in or in the account: the first code proves the address.

destination        the address in the profile; where there is none, the number that was typed
send_first_code    send the first code                                                (write transaction)
confirm_code       verify it; the address it proves becomes a factor                  (write transaction)

Codes go only to what was proven here. A number that changes in the profile later changes nothing: to get codes there,
people turn them off and on again, and prove it.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event, Outcome
from idp.factors import sent_code
from idp.factors.recovery_codes import NewRecoverySet
from idp.login import sent_codes
from idp.login.enrolment import factor_changes
from idp.login.methods.result import Result
from idp.login.policy import rate_limits
from idp.login.policy.methods import Method
from idp.login.policy.proofs import Proof
from idp.login.sent_codes import SendResult
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.sent_codes import CodePurpose, CodeSlot
from idp.persistence.transaction import Transaction
from idp.services import Services


def enrolment_slot(owner: str, person: Person, method: Method) -> CodeSlot:
    """Return the slot of codes of this enrolment; `owner` names the login flow or session."""
    return CodeSlot(owner, CodePurpose.SET_UP, method, person.user.id)


def destination(person: Person, method: Method) -> str | None:
    """Return the address or number in the profile; None when there is none, or an imported one is no number."""
    if method is Method.EMAIL:
        return person.user.email
    try:
        return sent_code.parse_phone_number(person.user.phone_number or "")
    except sent_code.InvalidPhoneNumber:
        return None


def send_first_code(
    tx: Transaction, owner: str, person: Person, method: Method, typed: str, *, services: Services
) -> SendResult:
    """Send the first code to what the profile has, or to the number `typed`.

    Raises:
        InvalidPhoneNumber: when the profile has none and what was typed is none either.
    """
    address = destination(person, method) or sent_code.parse_phone_number(typed)
    return sent_codes.issue_code(
        tx, enrolment_slot(owner, person, method), person.user, address=address, services=services
    )


def confirm_code(
    tx: Transaction,
    owner: str,
    person: Person,
    method: Method,
    code: str,
    *,
    codes: NewRecoverySet | None,
    services: Services,
) -> Proof | Result:
    """Store the address that the code proves as a factor; `codes` as for `factor_changes.add_factor`.

    Returns the result when the code was not accepted; `CONFLICT`: another change to the account came first.
    """
    bucket = rate_limits.proving_bucket(person.user.id)
    if not tx.throttles.consume(bucket, rate_limits.code_limit(services.settings)):
        _audit_failure(tx, person, method, Outcome.THROTTLED)
        return Result.THROTTLED
    address = sent_codes.verify_code(tx, enrolment_slot(owner, person, method), code, services)
    if address is None:
        _audit_failure(tx, person, method, Outcome.FAILURE)
        return Result.WRONG
    tx.throttles.reset(bucket)
    if method is Method.EMAIL:
        tx.user_contacts.prove_email(person.user, address)
    else:
        tx.user_contacts.prove_phone(person.user, address)
    factor = Factor(
        id=services.entropy.token(12),
        kind=method,
        label=method.value,
        user_id=person.user.id,
        address=address,
        last_used_at=tx.now,
    )
    added = factor_changes.add_factor(tx, person, factor, codes=codes, replaces=True, services=services)
    return added or Result.CONFLICT


def _audit_failure(tx: Transaction, person: Person, method: Method, outcome: Outcome) -> None:
    audit.record(tx, Event.FACTOR_ADDED, outcome, user_id=person.user.id, method=method)
