"""A person's new phone number: proven by a code that was sent to it, then stored like any other change of contact.

confirm_number    verify the code, and store the number that it proves                          (write transaction)
store_number      by `contact_changes.apply_change`; a text message goes to the previous number  (write transaction)
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.kernel.handles import digest
from idp.login import sent_codes
from idp.login.methods.result import Result
from idp.login.policy import rate_limits
from idp.login.policy.methods import SENT_TO_NUMBER, Method
from idp.login.policy.methods.spec import MethodContext
from idp.login.state.person import Person
from idp.messaging import contact_messages
from idp.persistence.contact_changes import ContactKind
from idp.persistence.sent_codes import CodePurpose, CodeSlot
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.recovery import contact_changes
from idp.services import Services


def channels(settings: Settings) -> tuple[Method, ...]:
    """Return the channels by which a number can be proven here."""
    return tuple(method for method in sorted(SENT_TO_NUMBER) if method.spec.usable(MethodContext(settings)))


def phone_code_slot(owner: str, person: Person, channel: str) -> CodeSlot:
    """Return where the codes that prove a number are kept; `owner` names the session."""
    return CodeSlot(owner, CodePurpose.PHONE, channel, person.user.id)


def confirm_number(tx: Transaction, slot: CodeSlot, person: Person, code: str, services: Services) -> Result:
    """Keep the number that a right code proves.

    Returns the result when the code was not accepted; `CONFLICT`: another change to the account came first.
    """
    bucket = rate_limits.proving_bucket(person.user.id)
    if not tx.throttles.consume(bucket, rate_limits.code_limit(services.settings)):
        audit.record(tx, Event.PHONE_CHANGED, Outcome.THROTTLED, user_id=person.user.id)
        return Result.THROTTLED
    number = sent_codes.verify_code(tx, slot, code, services)
    if number is None:
        audit.record(tx, Event.PHONE_CHANGED, Outcome.FAILURE, user_id=person.user.id)
        return Result.WRONG
    tx.throttles.reset(bucket)
    kept = store_number(tx, person.user, number, services)
    return Result.RIGHT if kept else Result.CONFLICT


def store_number(tx: Transaction, user: User, number: str | None, services: Services) -> bool:
    """Make a proven number (E.164) the person's, or none; False when another change came first."""
    before = user.phone_number
    change = contact_changes.new_change(tx, user, ContactKind.PHONE, number, name=digest(services.entropy.token()))
    tx.contact_changes.add(change)
    if not contact_changes.apply_change(tx, change, user, services):
        return False
    if before and before != number and Method.SMS in services.settings.channels:
        contact_messages.enqueue_number_changed(tx, user, to=before)
    return True
