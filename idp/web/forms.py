"""Strict parsing of form and query fields: single values, valid text, bounded length."""

from __future__ import annotations

import re
from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

MAX_FIELD = 4096
"""Characters. Enough for any password, short enough to normalise and hash cheaply."""
MAX_DIGITS = 18
"""What fits into a column of both databases."""
NOT_STORABLE = re.compile(r"[\x00\ud800-\udfff]")


def single_value(values: MultiDict[str, str], name: str, *, longest: int = MAX_FIELD) -> str:
    """Return a field's value; empty when missing, repeated, too long or not storable."""
    found = values.getlist(name)
    if len(found) != 1 or len(found[0]) > longest or not is_storable(found[0]):
        return ""
    return found[0]


def parse_number(text: str) -> int | None:
    """Return a whole number, not negative; None for anything else, and for more than `MAX_DIGITS`."""
    found = text.strip()
    return int(found) if found.isascii() and found.isdigit() and len(found) <= MAX_DIGITS else None


def is_storable(text: str) -> bool:
    """Whether both databases can store the text: no NUL (PostgreSQL), no lone surrogate (UTF-8)."""
    return NOT_STORABLE.search(text) is None


def is_checked(values: Mapping[str, str], name: str) -> bool:
    """Whether a checkbox is checked."""
    return values.get(name, "") in {"on", "1", "true", "yes"}


def is_cancelling(values: Mapping[str, str]) -> bool:
    """Whether Cancel was pressed."""
    return values.get("choice") == "cancel"
