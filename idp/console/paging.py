"""Pages of long lists: the position in the address, and the links to the other pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlencode

from flask import request

from idp.kernel import strict_json
from idp.persistence.keyset import Key, Page, Position
from idp.web.forms import is_storable, single_value

R = TypeVar("R")

PAGE = 50
"""Rows of a page."""
AFTER, BEFORE, LAST = "after", "before", "last"
LONGEST_KEY = 1000
LARGEST = 2**63


def position(kinds: tuple[type, ...]) -> Position:
    """Return the position that the address names; `kinds` are the types of the key's values. Nonsense is the start."""
    return Position(
        after=_key(single_value(request.args, AFTER, longest=LONGEST_KEY), kinds),
        before=_key(single_value(request.args, BEFORE, longest=LONGEST_KEY), kinds),
        last=LAST in request.args,
    )


def links(page: Page[R], key: Callable[[R], Key]) -> dict[str, str | None]:
    """Return the addresses of the first, previous, next and last page, with the filters of this one; None of none."""
    first = _address() if page.has_previous else None
    last = _address(**{LAST: "1"}) if page.has_next else None
    if not page.records:
        return {"first": first, "previous": None, "next": None, "last": last}
    start, end = key(page.records[0]), key(page.records[-1])
    return {
        "first": first,
        "previous": _address(**{BEFORE: _text(start)}) if page.has_previous else None,
        "next": _address(**{AFTER: _text(end)}) if page.has_next else None,
        "last": last,
    }


def _address(**more: str) -> str:
    kept = {name: value for name, value in request.args.items(multi=True) if name not in {AFTER, BEFORE, LAST, "done"}}
    query = urlencode(kept | more)
    return f"{request.path}?{query}" if query else request.path


def _text(key: Key) -> str:
    return json.dumps(list(key), ensure_ascii=False, separators=(",", ":"))


def _key(text: str, kinds: tuple[type, ...]) -> Key | None:
    try:
        values = strict_json.parse(text) if text else None
    except ValueError:
        return None
    if not isinstance(values, list) or tuple(map(type, values)) != kinds:
        return None
    if any(abs(value) >= LARGEST if isinstance(value, int) else not is_storable(value) for value in values):
        return None
    return tuple(values)
