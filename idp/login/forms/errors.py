"""Sentences about a form that was not accepted, and the status that goes with each."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.login.methods.result import Result

CLOCK_HINT = Text(
    "That code did not work. Check that your phone sets its clock by itself (automatic date and time), "
    "then enter the next code your app shows."
)
REUSED = Text("That code was used already. Wait until your app shows the next one, then enter that.")
THROTTLED = Text(
    "Too many tries. Wait a quarter of an hour, then try again. If it still does not work, ask your administrator."
)
STALE_FORM = Text("This page was out of date, so nothing was sent. Please try again.")
NO_APP_CODE = Text("Enter the 6-digit code your app shows for the new entry.")
NOT_SAVED = Text("Save the codes first, then tick this box.")
PASSKEY_FAILED = Text("That did not work. Nothing was added; please try again.")
PASSKEY_KNOWN = Text("That passkey is set up already.")
LONGEST_CODE = 64
"""Characters of a code of any kind, with whatever people put between them."""


def refusal_message(result: Result, wrong: str) -> tuple[int, str]:
    """Return status and sentence for an attempt that was not accepted."""
    if result is Result.THROTTLED:
        return 429, THROTTLED
    return 400, REUSED if result is Result.REUSED else wrong
