"""What a new password must be: long enough, not easily guessed, nothing of the person or the place in it.

No composition rules, no expiry, no hints (NIST SP 800-63B section 3.1.1.2). Every character counts, case and spaces
included, exactly as typed.
"""

from __future__ import annotations

from collections.abc import Iterable

from zxcvbn import zxcvbn

from idp.kernel.text import Text

LONGEST = 128
"""Characters; more is refused rather than cut."""
ZXCVBN_READS = 72
"""Characters zxcvbn accepts; what lies behind them can only make a password stronger."""
LEAST_SCORE = 3
"""zxcvbn's "safely unguessable: moderate protection from offline slow-hash scenario"."""


def problem(candidate: str, *, least: int, own_words: Iterable[str]) -> str | None:
    """Why this cannot be the new password, as a sentence for the person; None when it can.

    `least` is the shortest length allowed; `own_words` are the person's and the product's names.
    """
    if len(candidate) < least:
        return Text("Use at least {least} characters. A few words in a row are easy to remember.", least=least)
    if len(candidate) > LONGEST:
        return Text("Use at most {most} characters.", most=LONGEST)
    words = [word.casefold() for word in own_words if len(word) > 2]  # noqa: PLR2004 - shorter words are in everything
    if any(word in candidate.casefold() and len(candidate) - len(word) < least for word in words):
        return Text("That is too close to your name or ours. Choose something that has nothing to do with either.")
    if zxcvbn(candidate[:ZXCVBN_READS], user_inputs=words)["score"] < LEAST_SCORE:
        return Text("That is one of the first things somebody would try. Add a few words that do not belong together.")
    return None
