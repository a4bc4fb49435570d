"""A code sent by email, SMS or WhatsApp, as the second step."""

from __future__ import annotations

from idp.login import sent_codes
from idp.login.methods.attempts import known_device
from idp.login.methods.result import Result
from idp.login.policy.methods import Method
from idp.login.sent_codes import SendResult
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.sent_codes import CodePurpose, CodeSlot
from idp.persistence.transaction import Transaction
from idp.services import Services


def sign_in_slot(flow: LoginFlow, factor: Factor) -> CodeSlot:
    """Return the slot of codes that are sent to this factor for this login flow."""
    return CodeSlot(flow.owner, CodePurpose.SIGN_IN, factor.kind, factor.user_id)


def send_code(tx: Transaction, flow: LoginFlow, person: Person, method: Method, services: Services) -> SendResult:
    """Send a code, only to the address or number that was proven at enrolment."""
    (factor,) = person.factors_of(method)
    device_id, address = known_device(tx, flow, person), factor.address or ""
    slot = sign_in_slot(flow, factor)
    return sent_codes.issue_code(tx, slot, person.user, address=address, device_id=device_id, services=services)


def check_code(tx: Transaction, flow: LoginFlow, factor: Factor, code: str, services: Services) -> Result:
    """Use up a right code, if it was sent to the address of this factor."""
    proven = sent_codes.verify_code(tx, sign_in_slot(flow, factor), code, services)
    if proven != factor.address:
        return Result.WRONG
    tx.factors.record_use(factor.id)
    return Result.RIGHT
