"""Password strength estimation with zxcvbn.

Its cost is bounded here. It tries every combination of look-alike characters (`@` and `4` for `a`): 72 of them took
nine seconds. So a text with many kinds of them is reduced to one spelling each, and only the first `MAX_ANALYSED`
characters are analysed. The worst case is 0.15 seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zxcvbn import zxcvbn

from idp.kernel.text import Text

MAX_ANALYSED = 40
"""Characters. zxcvbn's words have at most 23, so what follows can only make a password stronger."""
LOOK_ALIKES = str.maketrans("@{[<!|$+", "4(((1157")
"""Look-alike characters, mapped to one of them."""
MANY = 3
"""Kinds of look-alikes up to which the text is not reduced."""

COMMON = Text("It holds a word or name that is tried early. Add a few words that do not belong together.")
REASONS = {
    "repeat": Text("Repeats like “aaa” or “abcabc” are tried early. Add a few words that do not belong together."),
    "sequence": Text("Rows like “abc” or “6543” are tried early. Add a few words that do not belong together."),
    "spatial": Text("Keys beside each other are tried early. Add a few words that do not belong together."),
    "date": Text("Dates and years are tried early. Add a few words that do not belong together."),
    "regex": Text("Dates and years are tried early. Add a few words that do not belong together."),
    "dictionary": COMMON,
}
TOO_FEW = Text("It is short for what is in it. Add a few words that do not belong together.")

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class StrengthEstimate:
    """zxcvbn's `score`, from 0 (a thousand guesses) to 4 (over 10^10), and the `reason` for it."""

    score: int
    reason: Text


def estimate_strength(text: str, own_words: Sequence[str]) -> StrengthEstimate:
    """Estimate a password; `own_words` are what an attacker who knows the person tries first."""
    kinds = sum(sign in text for sign in map(chr, LOOK_ALIKES))
    plain = text.translate(LOOK_ALIKES) if kinds > MANY else text
    with _one_at_a_time:  # zxcvbn keeps the own words in a module: two at once would use each other's
        found = zxcvbn(plain[:MAX_ANALYSED], user_inputs=list(own_words))
    return StrengthEstimate(found["score"], _reason(found["sequence"]))


def _reason(parts: Sequence[Mapping[str, object]]) -> Text:
    known = {str(part["pattern"]): len(str(part["token"])) for part in parts if part["pattern"] in REASONS}
    return REASONS[max(known, key=known.__getitem__)] if known else TOO_FEW
