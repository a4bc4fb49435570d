"""The fields of a rule, as they are typed in the console and on the command line."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from idp.admin import Refused
from idp.kernel.text import Text
from idp.login.policy.assurance import LEVELS
from idp.login.policy.methods import MOST_SECURE_FIRST
from idp.login.policy.rules import RuleKind, Terms, from_row, to_row
from idp.web.forms import parse_number

YES, NO = "yes", "no"
SWITCHES = ("second_step", "codes_viewable", "may_close", "self_registration")
NUMBERS: Mapping[str, tuple[int, int]] = {
    "remember_days": (0, 365),
    "sign_in_hours": (1, 8760),
    "grace_days": (0, 90),
}
"""Field -> its least and greatest value."""
NAMES = ("second_step", "kinds", "min_level", "remember_days", "sign_in_hours", "grace_days", "codes_viewable",
         "may_close", "self_registration")  # fmt: skip
"""In the order of the form."""
OPEN_FOR: Mapping[RuleKind, frozenset[str]] = {
    RuleKind.ORGANISATION: frozenset(),
    RuleKind.GROUP: frozenset({"self_registration"}),
    RuleKind.PERSON: frozenset({"second_step", "self_registration"}),
    RuleKind.APP: frozenset({"codes_viewable", "may_close"}),
    RuleKind.NETWORK: frozenset(),
}
"""Fields that a rule about this leaves open.

A person's `Required` is on their page, an app has no account pages, and a stranger is in no group.
"""


def names_for(kind: RuleKind) -> tuple[str, ...]:
    """Return the fields that a rule about this may state."""
    return tuple(name for name in NAMES if name not in OPEN_FOR[kind])


def parse(kind: RuleKind, typed: Mapping[str, str]) -> Terms:
    """Return the terms of typed values; an empty one leaves its field open.

    Raises:
        Refused: naming the field, and what it may hold.
    """
    values: dict[str, Any] = {}
    for name in names_for(kind):
        text = typed.get(name, "").strip()
        if text:
            values[name] = _value(name, text)
    return from_row(values)


def typed_values(terms: Terms) -> dict[str, str]:
    """Return the terms as they would be typed."""
    return {name: _text(value) for name, value in to_row(terms).items()}


def parse_network(text: str) -> str:
    """Return a network in its one spelling; raises `Refused`."""
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise Refused(Text("A network looks like 10.0.0.0/8 or 2001:db8::/32."), field="subject") from None


def _value(name: str, text: str) -> bool | int | str | list[str]:
    if name in SWITCHES:
        if text not in {YES, NO}:
            raise Refused(Text("Choose one of the entries."), field=name)
        return text == YES
    if name in NUMBERS:
        return _number(name, text)
    if name == "min_level":
        if text not in LEVELS:
            raise Refused(Text("Choose one of the entries."), field=name)
        return text
    wanted = text.split()
    known = [method.value for method in MOST_SECURE_FIRST]
    if not set(wanted) <= set(known):
        raise Refused(Text("Choose among these: {names}.", names=", ".join(known)), field=name)
    return wanted


def _number(name: str, text: str) -> int:
    least, most = NUMBERS[name]
    number = parse_number(text)
    if number is None or not least <= number <= most:
        raise Refused(Text("Enter a number from {least} to {most}.", least=least, most=most), field=name)
    return number


def _text(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return " ".join(value) if isinstance(value, list) else str(value)
