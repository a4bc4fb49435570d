"""Fields of forms about an app: how each kind is read, and how it is shown. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from idp.admin.client_rules import Registration
from idp.kernel import strict_json
from idp.kernel.text import Text
from idp.web.forms import is_checked, parse_number, single_value

LONGEST = 20_000
"""Characters of one field: a JWK Set of several keys."""


class Unreadable(Exception):
    """A field holds what cannot be read; `text` says what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form.

    `kind` is how it is shown: text, color, lines, tick, choice, ticks, number or json.
    """

    name: str
    kind: str
    label: Text
    hint: Text | None = None
    options: tuple[tuple[str, str], ...] = ()

    def read(self, form: MultiDict[str, str]) -> Any:  # noqa: ANN401 - its kind says which type
        """Return the value that was typed; raises `Unreadable`."""
        return READERS[self.kind](form, self.name)

    def shown(self, registration: Registration) -> Any:  # noqa: ANN401 - its kind says which type
        """Return the stored value as the form shows it."""
        value = getattr(registration, self.name)
        if self.kind == "lines":
            return "\n".join(value)
        if self.kind == "json":
            return json.dumps(value, indent=2) if value else ""
        return list(value) if self.kind == "ticks" else value


def _text(form: MultiDict[str, str], name: str) -> str | None:
    return single_value(form, name).strip() or None


def _lines(form: MultiDict[str, str], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(single_value(form, name, longest=LONGEST).split()))


def _number(form: MultiDict[str, str], name: str) -> int | None:
    text = single_value(form, name).strip()
    number = parse_number(text)
    if text and number is None:
        raise Unreadable(Text("Type a number of seconds, or nothing."))
    return number


def _json(form: MultiDict[str, str], name: str) -> dict[str, Any] | None:
    text = single_value(form, name, longest=LONGEST).strip()
    if not text:
        return None
    try:
        content = strict_json.parse(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Unreadable(Text("This is not a JWK Set. It looks like {example}.", example='{"keys": [...]}'))
    return content


READERS: Mapping[str, Callable[[MultiDict[str, str], str], Any]] = {
    "text": _text,
    "lines": _lines,
    "tick": is_checked,
    "color": lambda form, name: (_text(form, name) or "").lower() or None,
    "choice": _text,
    "ticks": lambda form, name: tuple(dict.fromkeys(form.getlist(name)[:20])),
    "number": _number,
    "json": _json,
}
