"""What a new password must be: long enough, not easily guessed, nothing of the person or the place in it, not stolen.

No composition rules, no expiry, no hints (NIST SP 800-63B section 3.1.1.2). It is kept exactly as typed: every
character counts, case and spaces included, none is normalised (ASVS 6.2.8). Only the strength estimate folds spellings:
letters of full width, capitals and the like make a bad password no better.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from idp.factors import guessing
from idp.factors.breached import BreachedPasswords
from idp.kernel.text import Text

LONGEST = 128
"""Characters (code points); more is refused rather than cut."""
LEAST_SCORE = 3
"""zxcvbn's "safely unguessable: moderate protection from offline slow-hash scenario"."""
SHORTEST_WORD = 3
SHORTEST_PART = 4
"""Characters: shorter ones are in everything."""

WORDS = (
    Text("Far too easy to guess."),
    Text("Too easy to guess."),
    Text("Not strong enough yet."),
    Text("Strong."),
    Text("Very strong."),
)
"""What the scores 0 to 4 are called."""
TOO_LONG = Text("Use at most {most} characters.", most=LONGEST)
TOO_CLOSE = Text("That is too close to your name or ours. Choose something that has nothing to do with either.")
STOLEN = Text(
    "This password is in a list of stolen ones, which are tried first. Choose another one, and change it wherever you "
    "use it."
)

_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Strength:
    """`score` goes from 0 to 4 and is below `LEAST_SCORE` when there is a `problem`, a sentence for the person."""

    score: int
    problem: Text | None

    @property
    def words(self) -> Text:
        """The score in words."""
        return WORDS[self.score]


def check_strength(
    candidate: str, *, min_length: int, own_words: Iterable[str], breached: BreachedPasswords | None = None
) -> Strength:
    """How good a new password is, and why it cannot be one.

    `least` is the shortest length allowed; `own_words` are the person's and the product's names.
    """
    if len(candidate) > LONGEST:
        return _refused(0, TOO_LONG)
    plain, words = _folded(candidate), _parts(own_words)
    guess = guessing.estimate_strength(unicodedata.normalize("NFKC", candidate), words)
    if len(candidate) < min_length:
        return _refused(guess.score, _too_short(min_length))
    if any(word in plain and len(plain) - len(word) < min_length for word in words):
        return _refused(0, TOO_CLOSE)
    if guess.score < LEAST_SCORE:
        return _refused(guess.score, guess.reason)
    if breached and breached.contains(candidate):
        return _refused(0, STOLEN)
    return Strength(guess.score, None)


def _refused(score: int, problem: Text) -> Strength:
    return Strength(min(score, LEAST_SCORE - 1), problem)


def _too_short(min_length: int) -> Text:
    return Text("Use at least {least} characters. A few words in a row are easy to remember.", least=min_length)


def _parts(own_words: Iterable[str]) -> list[str]:
    """The words themselves, and what they are made of: of `jane.doe` also `jane`."""
    found: dict[str, None] = {}
    for word in map(_folded, own_words):
        whole = [word] if len(word) >= SHORTEST_WORD else []
        found |= dict.fromkeys([*whole, *(part for part in _NOT_LETTERS.split(word) if len(part) >= SHORTEST_PART)])
    return list(found)


def _folded(text: str) -> str:
    """As it is compared: one spelling for letters that look alike, no capitals."""
    return unicodedata.normalize("NFKC", text).casefold()
