"""Supported languages, and matching of language tags. Pure."""

from __future__ import annotations

from collections.abc import Iterable

DEFAULT = "en"
"""The language of the sources, and the fallback."""

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ja": "日本語",
    "ar": "العربية",
}
"""Tag (BCP 47) -> the language's own name."""

MAX_TAGS = 20
MAX_TAG_LENGTH = 35
"""Characters of a reasonable language tag (RFC 5646 section 4.4.1)."""


def match_tag(wish: str) -> str | None:
    """Return the supported language for a tag, by lookup (RFC 4647 section 3.4).

    "de-AT" and "de_AT" are "de"; None when the language is not supported.
    """
    tag = wish.strip().replace("_", "-").lower() if len(wish) <= MAX_TAG_LENGTH else ""
    while tag and tag not in LANGUAGES:
        tag = tag.rpartition("-")[0]
    return tag or None


def best_match(wishes: Iterable[str]) -> str | None:
    """Return the first supported language; only the first twenty tags are examined."""
    for _, wish in zip(range(MAX_TAGS), wishes, strict=False):
        if tag := match_tag(wish):
            return tag
    return None
