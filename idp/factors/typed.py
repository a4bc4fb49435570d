"""Codes as people type them: with spaces and dashes, and in the digits of their own script."""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015]+")


def normalize_code(text: str) -> str:
    """`text` without spaces and dashes, decimal digits of any script (an Arabic keyboard has its own) as 0 to 9."""
    plain = _SEPARATORS.sub("", text)
    return "".join(str(unicodedata.decimal(each, each)) for each in plain)
