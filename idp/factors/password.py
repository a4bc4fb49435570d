"""Rules for new passwords: long enough, hard to guess, unrelated to the person and product, not breached.

No composition rules, expiry or hints (NIST SP 800-63B section 3.1.1.2). Passwords are compared as typed, then in NFC,
the form that is stored (`hashing`, docs/decisions/0021); nothing else is changed (ASVS 6.2.8). Only the strength check
normalises further, so that full-width letters or capitals do not improve a bad password.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from idp.factors import password_strength
from idp.factors.breached_passwords import BreachedPasswords
from idp.kernel.text import Text

LONGEST = 128
"""Characters (code points); longer ones are refused, not cut."""
LEAST_SCORE = 3
"""zxcvbn's "safely unguessable: moderate protection from offline slow-hash scenario"."""
SHORTEST_WORD = 3
SHORTEST_PART = 4
"""Characters; shorter parts occur in too many words."""

WORDS = (
    Text("Far too easy to guess."),
    Text("Too easy to guess."),
    Text("Not strong enough yet."),
    Text("Strong."),
    Text("Very strong."),
)
"""Names of the scores 0 to 4."""
TOO_LONG = Text("Use at most {most} characters.", most=LONGEST)
TOO_CLOSE = Text("That is too close to your name or ours. Choose something that has nothing to do with either.")
STOLEN = Text(
    "This password is in a list of stolen ones, which are tried first. Choose another one, and change it wherever you "
    "use it."
)

_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Strength:
    """A `score` from 0 to 4; it is below `LEAST_SCORE` when there is a `problem` to show."""

    score: int
    problem: Text | None

    @property
    def words(self) -> Text:
        """Return the name of the score."""
        return WORDS[self.score]


def check_strength(
    candidate: str, *, min_length: int, own_words: Iterable[str], breached: BreachedPasswords | None = None
) -> Strength:
    """Check a new password.

    `min_length` is in characters; `own_words` are names of the person and the product.
    """
    if len(candidate) > LONGEST:
        return _refused(0, TOO_LONG)
    plain, words = _folded(candidate), _parts(own_words)
    guess = password_strength.estimate_strength(unicodedata.normalize("NFKC", candidate), words)
    if len(candidate) < min_length:
        return _refused(guess.score, _too_short(min_length))
    if any(word in plain and len(plain) - len(word) < min_length for word in words):
        return _refused(0, TOO_CLOSE)
    if guess.score < LEAST_SCORE:
        return _refused(guess.score, guess.reason)
    if breached and breached.contains(unicodedata.normalize("NFC", candidate)):
        return _refused(0, STOLEN)
    return Strength(guess.score, None)


def _refused(score: int, problem: Text) -> Strength:
    return Strength(min(score, LEAST_SCORE - 1), problem)


def _too_short(min_length: int) -> Text:
    return Text("Use at least {least} characters. A few words in a row are easy to remember.", least=min_length)


def _parts(own_words: Iterable[str]) -> list[str]:
    """Split names into words: `jane.doe` also gives `jane`."""
    found: dict[str, None] = {}
    for word in map(_folded, own_words):
        whole = [word] if len(word) >= SHORTEST_WORD else []
        found |= dict.fromkeys([*whole, *(part for part in _NOT_LETTERS.split(word) if len(part) >= SHORTEST_PART)])
    return list(found)


def _folded(text: str) -> str:
    """Normalize for comparison: NFKC, case-folded."""
    return unicodedata.normalize("NFKC", text).casefold()
