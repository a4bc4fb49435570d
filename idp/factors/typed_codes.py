"""Normalisation of typed codes: separators, and digits of any script."""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015]+")


def normalize_code(text: str) -> str:
    """Remove spaces and dashes, and convert decimal digits of any script to 0 to 9."""
    plain = _SEPARATORS.sub("", text)
    return "".join(str(unicodedata.decimal(each, each)) for each in plain)
