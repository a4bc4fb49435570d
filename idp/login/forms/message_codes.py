"""What the pages of codes that are sent share, at sign-in and in the account: their sentences and their variables."""

from __future__ import annotations

from typing import Any

from flask import request

from idp.factors import message_code
from idp.kernel.text import Text
from idp.login.enrolment.message_code import destination
from idp.login.forms import errors
from idp.login.methods import sent_codes
from idp.login.methods.result import Result
from idp.login.methods.sent_codes import PendingCode
from idp.login.policy.proofs import Method
from idp.login.state.person import Person
from idp.persistence.sent_codes import CodeSlot
from idp.persistence.transaction import Transaction
from idp.web.forms import once

LONGEST_NUMBER = 40
NO_NUMBER = Text("Enter your number with the country code, such as +49 1512 3456789.")
NOT_SENT = Text("No code was sent, because too many were asked for. Wait a quarter of an hour, then try again.")
NO_CODE = Text("Enter the 6-digit code that was sent to you.")
WRONG = Text("That code did not work. Use the newest one; a code works once, for ten minutes.")
USED_UP = Text("Too many wrong codes. Choose another way, or start the sign-in again.")
USED_UP_IN_ACCOUNT = Text("Too many wrong codes. Sign out and in again, then start anew.")
"""Tries are counted for the session, so a new one has new tries."""


def sent_code_variables(channel: str, waiting: PendingCode | None, *, send_action: str) -> dict[str, Any]:
    """What a page says of the code that was sent last, if any, and how another is asked for."""
    return {
        "channel": channel,
        "send_action": send_action,
        "sent": waiting is not None,
        "masked": waiting.masked if waiting else "",
        "again_in": waiting.retry_after if waiting else 0,
        "troubled": waiting is not None and waiting.delivery_delayed,
    }


def enrolment_variables(
    person: Person, method: Method, waiting: PendingCode | None, *, send_action: str
) -> dict[str, Any]:
    """What the page of a set-up says besides: where the first code goes."""
    known = destination(person, method)
    return sent_code_variables(method, waiting, send_action=send_action) | {
        "known": known and message_code.masked(known),
        "masked": waiting.address if waiting and not known else waiting.masked if waiting else "",
        "typed": "" if waiting else once(request.form, "number", longest=LONGEST_NUMBER),
    }


def refusal_message(tx: Transaction, slot: CodeSlot, verdict: Result, *, used_up: Text = USED_UP) -> tuple[int, str]:
    """Status and sentence for a code that did not count; `used_up`: how to go on when no try is left there."""
    return errors.refusal_message(verdict, used_up if sent_codes.has_no_tries_left(tx, slot) else WRONG)
