"""Keys by which user names and addresses are compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from idp.kernel.email_addresses import ascii_domain

INVISIBLE = "Cf"
"""Unicode's format characters: zero-width joiners, soft hyphens, direction marks."""
LONGEST_NAME_KEY = 200
"""Characters: an index has no room for what some names become."""
HIGHEST = "\U0010ffff"
"""Follows every character that a key can have."""


def lookup_key(name: str) -> str:
    """Normalize a name for comparison: NFKC, case-folded, without invisible characters, against look-alikes.

    The domain of an address is in ASCII, so that both forms of an internationalised one are the same (RFC 5890).
    """
    seen = "".join(character for character in name if unicodedata.category(character) != INVISIBLE)
    plain = unicodedata.normalize("NFKC", seen).strip()
    local, at, domain = plain.rpartition("@")
    if at and (ascii_form := ascii_domain(domain)):
        return f"{_folded(local)}@{ascii_form}"
    return _folded(plain)


def name_key(profile: Mapping[str, Any]) -> str:
    """Return the key of a person's name; empty when they have none."""
    return lookup_key(str(profile.get("name") or ""))[:LONGEST_NAME_KEY]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.casefold()).strip()
