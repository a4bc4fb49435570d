"""Reading a form or a query strictly: text only, once each, of bounded length."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

MAX_FIELD = 4096
"""Characters. Long enough for any password, short enough that normalising and hashing it costs nothing."""


def single_value(values: MultiDict[str, str], name: str, *, longest: int = MAX_FIELD) -> str:
    """The one value of a field; empty when it is missing, doubled, too long or not text that can be stored."""
    found = values.getlist(name)
    if len(found) != 1 or len(found[0]) > longest or not is_storable(found[0]):
        return ""
    return found[0]


def is_storable(text: str) -> bool:
    """Whether both databases can hold it: no NUL (PostgreSQL), no lone surrogate (UTF-8)."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def is_checked(values: Mapping[str, str], name: str) -> bool:
    """Whether a checkbox was ticked."""
    return values.get(name, "") in {"on", "1", "true", "yes"}
