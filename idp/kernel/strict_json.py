"""JSON of strangers, with one bound on its depth."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_DEPTH = 20
"""Levels of arrays and objects. Whatever we read has fewer than ten; Python fails at about a thousand, and a value that
it can still parse may be too deep to be written."""
TOKEN = re.compile(r'[\[{]|[\]}]|"(?:[^"\\]|\\.)*"', re.DOTALL)


def parse(raw: str | bytes, decoder: json.JSONDecoder | None = None) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Parse JSON (RFC 8259), in UTF-8 if it is bytes.

    Raises:
        ValueError: it is malformed, or nested deeper than `MAX_DEPTH`.
    """
    text = raw if isinstance(raw, str) else raw.decode("utf-8")
    if _is_too_deep(text):
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    return (decoder or _DECODER).decode(text)


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
