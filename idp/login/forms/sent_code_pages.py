"""Sentences and template variables of pages about sent codes, at sign-in and in the account."""

from __future__ import annotations

from typing import Any

from flask import request

from idp.factors import sent_code
from idp.factors.sent_code import NumberProblem
from idp.kernel.text import Text
from idp.login import sent_codes
from idp.login.enrolment.sent_code import destination
from idp.login.forms import errors
from idp.login.methods.result import Result
from idp.login.policy.methods import SENT, SENT_TO_NUMBER, Method
from idp.login.sent_codes import PendingCode
from idp.login.state.person import Person
from idp.persistence.sent_codes import CodeSlot
from idp.persistence.transaction import Transaction
from idp.web.forms import single_value

CHANNEL = f"<any({', '.join(sorted(SENT))}):channel>"
NUMBER_CHANNEL = f"<any({', '.join(sorted(SENT_TO_NUMBER))}):channel>"
"""Parts of URL rules: the channels codes are sent by, and those that lead to a phone number."""
LONGEST_NUMBER = 40
NUMBER_ERRORS = {
    NumberProblem.NO_COUNTRY_CODE: Text("Enter your number with the country code, such as +49 1512 3456789."),
    NumberProblem.NONEXISTENT: Text("This number does not exist. Check it."),
    NumberProblem.PREMIUM: Text("Codes are not sent to numbers that cost extra. Enter another number."),
}
NOT_SENT = Text("No code was sent, because too many were asked for. Wait a quarter of an hour, then try again.")
NO_CODE = Text("Enter the 6-digit code that was sent to you.")
WRONG = Text("That code did not work. Use the newest one; a code works once, for ten minutes.")
USED_UP = Text("Too many wrong codes. Choose another way, or start the sign-in again.")
USED_UP_IN_ACCOUNT = Text("Too many wrong codes. Sign out and in again, then start anew.")
"""Tries are counted for the session, so a new one has new tries."""


def sent_code_variables(channel: str, pending: PendingCode | None, *, send_action: str) -> dict[str, Any]:
    """Return the variables about the last code, if any, and about requesting another."""
    return {
        "channel": channel,
        "send_action": send_action,
        "sent": pending is not None,
        "masked": pending.masked if pending else "",
        "retry_after": pending.retry_after if pending else 0,
        "delivery_delayed": pending is not None and pending.delivery_delayed,
    }


def enrolment_variables(
    person: Person, method: Method, pending: PendingCode | None, *, send_action: str
) -> dict[str, Any]:
    """Return the variables of an enrolment page: the same, and where the first code goes."""
    known = destination(person, method)
    return sent_code_variables(method, pending, send_action=send_action) | {
        "known": known and sent_code.mask(known),
        "masked": pending.address if pending and not known else pending.masked if pending else "",
        "typed": "" if pending else single_value(request.form, "number", longest=LONGEST_NUMBER),
    }


def refusal_message(tx: Transaction, slot: CodeSlot, result: Result, *, used_up: Text = USED_UP) -> tuple[int, str]:
    """Return status and sentence for a code that was not accepted; `used_up`: the sentence when no try is left."""
    return errors.refusal_message(result, used_up if sent_codes.has_no_tries_left(tx, slot) else WRONG)
