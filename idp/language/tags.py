"""Our languages, and matching requested tags to them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

DEFAULT = "en"
"""The language of the sources, and the default."""

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ja": "日本語",
    "ar": "العربية",
}
"""Tag (BCP 47) -> the language's own name."""

MOST_WISHES = 20
LONGEST_TAG = 35
"""Characters that a language tag may sensibly have (RFC 5646 section 4.4.1)."""


def match_language(wish: str) -> str | None:
    """Which of our languages a tag means: itself, or what remains as it is cut from the end (RFC 4647 section 3.4).

    "de-AT" and "de_AT" are "de"; None when it is none of ours.
    """
    tag = wish.strip().replace("_", "-").lower() if len(wish) <= LONGEST_TAG else ""
    while tag and tag not in LANGUAGES:
        tag = tag.rpartition("-")[0]
    return tag or None


def first_supported(wishes: Iterable[str]) -> str | None:
    """Return the first of at most twenty requested tags that is one of ours."""
    for _, wish in zip(range(MOST_WISHES), wishes, strict=False):
        if tag := match_language(wish):
            return tag
    return None
