"""Attributes of people: declared once for everybody, and each person's values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from idp import audit
from idp.admin import Refused, claim_mappings
from idp.admin.permissions import Actor, Permission
from idp.audit import Event
from idp.kernel.text import Text
from idp.persistence.attributes import Attribute, AttributeExists, AttributeKind
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

MOST_ATTRIBUTES = 50
MOST_CHOICES = 200
MOST_IN_LIST = 50
LONGEST_TITLE = 100
LONGEST_VALUE = 300

Value = str | int | float | bool | list[str]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
YES, NO = "true", "false"


def declare(tx: Transaction, actor: Actor, wanted: Attribute) -> None:
    """Declare an attribute; raises `Refused` with the field that is wrong."""
    actor.require(Permission.CHANGE_PEOPLE)
    if not _NAME.fullmatch(wanted.name):
        raise Refused(Text("A name has 1 to 40 letters a to z, digits and _, and begins with a letter."), field="name")
    if len(tx.attributes.all()) >= MOST_ATTRIBUTES:
        raise Refused(Text("There are at most {most} attributes.", most=MOST_ATTRIBUTES), field="name")
    if tx.attributes.by_name(wanted.name):
        raise Refused(Text("There is an attribute of this name already."), field="name")
    _check(wanted)
    try:
        tx.attributes.add(wanted)
    except AttributeExists:
        raise Refused(Text("There is an attribute of this name already."), field="name") from None
    audit.record(tx, Event.ATTRIBUTE_CHANGED, attribute=wanted.name, kind=wanted.kind, added=True)


def change(tx: Transaction, actor: Actor, wanted: Attribute) -> bool:
    """Set title, choices and visibility; False when there is no such attribute. Raises `Refused`.

    A value that is no choice any more stays until somebody changes it.
    """
    actor.require(Permission.CHANGE_PEOPLE)
    _check(wanted)
    if not tx.attributes.change(wanted):
        return False
    audit.record(tx, Event.ATTRIBUTE_CHANGED, attribute=wanted.name)
    return True


def remove(tx: Transaction, actor: Actor, name: str) -> bool:
    """Remove an attribute and everybody's value of it; False when there is none.

    Raises:
        Refused: an app is told it.
    """
    actor.require(Permission.CHANGE_PEOPLE)
    if apps := claim_mappings.apps_that_use_attribute(tx, name):
        names = ", ".join(client.client_name for client in apps)
        raise Refused(Text("A claim uses it. Remove the claim first. Apps: {apps}.", apps=names))
    if not tx.attributes.remove(name):
        return False
    people = tx.attributes.erase_values(name)
    audit.record(tx, Event.ATTRIBUTE_CHANGED, attribute=name, removed=True, people=people)
    return True


def set_values(tx: Transaction, user: User, typed: Mapping[str, str]) -> list[str]:
    """Set attributes of a person as they were typed; an empty text removes one. Returns the names that changed.

    `user` comes from `users.find_to_change`.

    Raises:
        Refused: a value is not of its attribute's type, or nothing is declared by this name.
    """
    declared = {attribute.name: attribute for attribute in tx.attributes.all()}
    values = dict(user.attributes)
    for name, text in typed.items():
        if name not in declared:
            raise Refused(Text("There is no attribute {name}.", name=name), field=name)
        value = parse_value(declared[name], text)
        values[name] = value
    values = {name: value for name, value in values.items() if value is not None and name in declared}
    changed = sorted(name for name in {**values, **user.attributes} if values.get(name) != user.attributes.get(name))
    if changed:
        tx.attributes.set_values(user, values)
        audit.record(tx, Event.USER_CHANGED, user_id=user.id, attributes=changed)
    return changed


def parse_value(attribute: Attribute, text: str) -> Value | None:
    """Return the value that was typed; None of an empty text. Raises `Refused`."""
    text = text.strip()
    if not text:
        return None
    match attribute.kind:
        case AttributeKind.NUMBER:
            return _number(attribute.name, text)
        case AttributeKind.BOOLEAN:
            if text.casefold() not in {YES, NO}:
                raise Refused(Text("Choose yes or no."), field=attribute.name)
            return text.casefold() == YES
        case AttributeKind.CHOICE:
            if text not in attribute.choices:
                raise Refused(Text("Choose one of the list."), field=attribute.name)
            return text
        case AttributeKind.LIST:
            return _lines(attribute.name, text)
    _check_text(attribute.name, text)
    return text


def value_text(value: object) -> str:
    """Return a value as it is typed in a form."""
    if isinstance(value, bool):
        return YES if value else NO
    return "\n".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _number(name: str, text: str) -> int | float:
    try:
        number: int | float = int(text) if re.fullmatch(r"[+-]?\d{1,15}", text, re.ASCII) else float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not text.isascii():
        raise Refused(Text("Type a number, such as 12 or 12.5."), field=name)
    return number


def _lines(name: str, text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_IN_LIST:
        raise Refused(Text("A list has at most {most} lines.", most=MOST_IN_LIST), field=name)
    for line in lines:
        _check_text(name, line)
    return list(dict.fromkeys(lines))


def _check(wanted: Attribute) -> None:
    if not wanted.title or len(wanted.title) > LONGEST_TITLE or not wanted.title.isprintable():
        raise Refused(Text("A title has 1 to {most} visible characters.", most=LONGEST_TITLE), field="title")
    if wanted.kind not in set(AttributeKind):
        raise Refused(Text("Choose one of the list."), field="kind")
    _check_choices(wanted.kind, wanted.choices)


def _check_choices(kind: str, choices: Sequence[str]) -> None:
    if (kind == AttributeKind.CHOICE) != bool(choices):
        raise Refused(Text("Type what can be chosen, one a line. Other types have no choices."), field="choices")
    if len(choices) > MOST_CHOICES:
        raise Refused(Text("A list has at most {most} lines.", most=MOST_CHOICES), field="choices")
    for choice in choices:
        _check_text("choices", choice)


def _check_text(field: str, text: str) -> None:
    if len(text) > LONGEST_VALUE or not text.isprintable():
        raise Refused(Text("Use at most {most} visible characters.", most=LONGEST_VALUE), field=field)
