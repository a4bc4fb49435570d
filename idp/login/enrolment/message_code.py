"""Setting up codes by email, SMS or WhatsApp, at sign-in or in the account: the first code proves where they arrive.

    destination   what the profile has; where it has none, the number that was typed
    send          the first code                                                                    (writing)
    confirm       the code: the address it proves becomes a factor, through `enrolment`             (writing)

Codes go only to what was proven here. A number changed in the profile later changes nothing: whoever wants codes there
turns them off and on again, and proves it.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.factors import message_code
from idp.factors.recovery_codes import FreshSet
from idp.kernel.entropy import Entropy
from idp.login.enrolment import factor_changes
from idp.login.methods import sent_codes
from idp.login.methods.password import Result
from idp.login.methods.sent_codes import SendResult
from idp.login.policy import rate_limits
from idp.login.policy.proofs import Method, Proof
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.sent_codes import CodePurpose, CodeSlot
from idp.persistence.transaction import Transaction
from idp.signing.sealing import Sealer


def enrolment_code_slot(owner: str, person: Person, method: Method) -> CodeSlot:
    """Where codes of this set-up are kept; `owner` names the attempt or session."""
    return CodeSlot(owner, CodePurpose.SET_UP, method, person.user.id)


def destination(person: Person, method: Method) -> str | None:
    """The mailbox or number that the profile has; None when it has none, or one (of an import) that is no number."""
    if method is Method.EMAIL:
        return person.user.email
    try:
        return message_code.number(person.user.phone_number or "")
    except message_code.NotANumber:
        return None


def send_first_code(
    tx: Transaction, owner: str, person: Person, method: Method, typed: str, *, sealer: Sealer, entropy: Entropy
) -> SendResult:
    """Send the first code to what the profile has, or to the number `typed`.

    Raises:
        NotANumber: when the profile has none and what was typed is none either.
    """
    address = destination(person, method) or message_code.number(typed)
    return sent_codes.issue_code(
        tx, enrolment_code_slot(owner, person, method), person.user, address=address, sealer=sealer, entropy=entropy
    )


def confirm_code(
    tx: Transaction,
    owner: str,
    person: Person,
    method: Method,
    code: str,
    *,
    codes: FreshSet | None,
    sealer: Sealer,
    entropy: Entropy,
    settings: Settings,
) -> Proof | Result:
    """Make what the code proves a factor; `codes` as for `enrolment.enrol`. A verdict says why not.

    `MOVED`: another change to the account came first, and then nothing of this is to be kept.
    """
    bucket = rate_limits.proving_bucket(person.user.id)
    if not tx.throttles.consume(bucket, rate_limits.code_limit(settings)):
        _audit_failure(tx, person, method, Outcome.THROTTLED)
        return Result.THROTTLED
    address = sent_codes.verify_code(tx, enrolment_code_slot(owner, person, method), code, sealer=sealer)
    if address is None:
        _audit_failure(tx, person, method, Outcome.FAILURE)
        return Result.WRONG
    tx.throttles.reset(bucket)
    if method is Method.EMAIL:
        tx.users.prove_email(person.user, address)
    else:
        tx.users.prove_phone(person.user, address)
    factor = Factor(id=entropy.token(12), kind=method, label=method.value, address=address, last_used_at=tx.now)
    added = factor_changes.add_factor(tx, person, factor, codes=codes, replaces=True, sealer=sealer, entropy=entropy)
    return added or Result.CONFLICT


def _audit_failure(tx: Transaction, person: Person, method: Method, outcome: Outcome) -> None:
    audit.record(tx, Event.FACTOR_ADDED, outcome, user_id=person.user.id, method=method)
