"""The languages we speak, and which of them somebody means. Pure."""

from __future__ import annotations

from collections.abc import Iterable

DEFAULT = "en"
"""What the sources are written in, and what is spoken when nothing else is wished."""

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ja": "日本語",
    "ar": "العربية",
}
"""Tag (BCP 47) -> the language's own name, as a person who speaks it would look for it."""

MOST_WISHES = 20
LONGEST_TAG = 35
"""Characters that a language tag may sensibly have (RFC 5646 section 4.4.1)."""


def spoken_as(wish: str) -> str | None:
    """Which of our languages a tag means: itself, or what remains as it is cut from the end (RFC 4647 section 3.4).

    "de-AT" and "de_AT" are "de"; None when we speak no such language.
    """
    tag = wish.strip().replace("_", "-").lower() if len(wish) <= LONGEST_TAG else ""
    while tag and tag not in LANGUAGES:
        tag = tag.rpartition("-")[0]
    return tag or None


def first_spoken(wishes: Iterable[str]) -> str | None:
    """The first of some wishes that we speak; others are passed over, and only the first twenty are looked at."""
    for _, wish in zip(range(MOST_WISHES), wishes, strict=False):
        if tag := spoken_as(wish):
            return tag
    return None
