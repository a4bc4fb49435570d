"""JSON of strangers, with one bound on its depth."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Never

MAX_DEPTH = 20
"""Levels of arrays and objects. Whatever we read has fewer than ten; Python fails at about a thousand, and a value that
it can still parse may be too deep to be written."""
TOKEN = re.compile(r'[\[{]|[\]}]|"(?:[^"\\]|\\.)*+"?', re.DOTALL)
"""A string is read once, also one without an end: to try again at each quote in it would take a minute for 128 KiB."""


def parse(raw: str | bytes, decoder: json.JSONDecoder | None = None) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Parse JSON (RFC 8259), in UTF-8 if it is bytes.

    Raises:
        ValueError: it is malformed, or nested deeper than `MAX_DEPTH`.
    """
    text = raw if isinstance(raw, str) else raw.decode("utf-8")
    if _is_too_deep(text):
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    return (decoder or _DECODER).decode(text)


def parse_strictly(raw: str | bytes) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Parse JSON as `parse` does, if every reader and database agrees on what it is.

    Raises:
        ValueError: also for repeated members (two readers could see different values), NaN and infinities, and
            strings that no database could store (NUL, lone surrogates).
    """
    text = raw if isinstance(raw, str) else raw.decode("utf-8")
    value = parse(text, _STRICT_DECODER)
    if "\\u" in text:
        _refuse_unstorable(text, value)
    return value


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated member")
    return members


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _refuse_unstorable(text: str, value: object) -> None:
    if "\\u0000" in text:
        raise ValueError("NUL in a string")
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # UnicodeEncodeError on a lone surrogate


def _is_too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in TOKEN.finditer(text):
        first = token[0][0]
        depth += (first in "[{") - (first in "]}")
        if depth > MAX_DEPTH:
            return True
    return False


_DECODER = json.JSONDecoder()
_STRICT_DECODER = json.JSONDecoder(
    object_pairs_hook=_refuse_repeats, parse_constant=_refuse_constant, parse_float=_finite
)
