"""One entry of an import: what it may say, and what is wrong with it."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from idp.admin import Refused, groups, users
from idp.admin.people_import import Entry, NewPerson
from idp.admin.user_changes import NUMBER_ERRORS
from idp.factors.imported_hashes import UnusableHash, parse_hash
from idp.factors.sent_code import InvalidPhoneNumber, parse_phone_number
from idp.kernel.entropy import Entropy
from idp.persistence.users import ACTIVE, DISABLED
from idp.recovery.profile_form import LONGEST, parse_profile_form

SUBJECT = re.compile(r"(?!(?:new|export|change)$)[A-Za-z0-9][A-Za-z0-9._|-]{0,63}")
"""A passkey has room for 64 bytes (WebAuthn section 5.4.3); the three words are pages where the console has ids."""
SEED_BYTES = range(10, 129)
GROUP_SEPARATOR = ";"
WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Wrong(Exception):
    """A value cannot be used; the text is a sentence with the remedy."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong("This must be a text.")
    return value.strip()


def _flag(value: object) -> bool:
    found = value if isinstance(value, bool) else WORDS.get(str(value).strip().lower())
    if found is None:
        raise Wrong(f"{value!r} is neither true nor false.")
    return found


def _subject(value: object) -> str:
    if not SUBJECT.fullmatch(found := _text(value)):
        rule = "A subject has 1 to 64 of A-Z, a-z, 0-9, . _ | and -, and begins with a letter or digit"
        raise Wrong(f"{rule}; new, export and change are pages of the console.")
    return found


def _hash(value: object) -> str:
    try:
        return parse_hash(_text(value))
    except UnusableHash as error:
        raise Wrong(f"This hash {error}. Leave it out, and send an invitation instead.") from None


def _seed(value: object) -> str:
    """Return the key of an authenticator app in base32, without spaces and padding."""
    found = "".join(_text(value).upper().split()).rstrip("=")
    try:
        length = len(base64.b32decode(found + "=" * (-len(found) % 8)))
    except binascii.Error:
        raise Wrong("The key of an authenticator app must be in base32: A to Z and 2 to 7.") from None
    if length not in SEED_BYTES:
        raise Wrong(f"The key of an authenticator app has {SEED_BYTES.start} to {SEED_BYTES.stop - 1} bytes.")
    return found


def _names(value: object) -> tuple[str, ...]:
    found = value.split(GROUP_SEPARATOR) if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise Wrong("This must be a list of names.")
    names = dict.fromkeys(name.strip() for name in found if name.strip())
    if not all(map(groups.is_name, names)):
        raise Wrong(str(groups.BAD_NAME))
    return tuple(names)


def _number(value: object) -> str:
    try:
        return parse_phone_number(_text(value))
    except InvalidPhoneNumber as error:
        raise Wrong(NUMBER_ERRORS[error.problem].with_values(number=repr(value))) from None


FIELDS: Mapping[str, Callable[[object], Any]] = {
    "username": _text,
    "email": _text,
    "email_verified": _flag,
    "phone_number": _number,
    "phone_number_verified": _flag,
    "password_hash": _hash,
    "totp_secret": _seed,
    "second_step_required": _flag,
    "disabled": _flag,
    "groups": _names,
    "subject": _subject,
    "preferred_username": _text,
    **dict.fromkeys(LONGEST, _text),
}
"""What an entry may say, and how each value is read."""


def parse_person(entry: Entry, entropy: Entropy, *, today: dt.date) -> NewPerson:
    """Return the person of an entry.

    Raises:
        Refused: its `fields` are every problem of the entry.
    """
    values, problems = _read_values(entry)
    form = parse_profile_form(MultiDict({name: values[name] for name in LONGEST if name in values}), {}, today=today)
    problems |= {name: str(sentence) for name, sentence in form.errors.items()}
    problems |= dict(_find_contradictions(values))
    email = values.get("email") or None
    try:
        user = users.make_user(
            entropy,
            username=values.get("username") or (email or "").replace("@", "."),
            email=email,
            name=None,
            required=values.get("second_step_required", False),
            email_verified=bool(email) and values.get("email_verified", False),
        )
    except Refused as error:
        raise Refused(fields=error.fields | problems) from None
    if problems:
        raise Refused(fields=problems)
    preferred = {"preferred_username": values["preferred_username"]} if values.get("preferred_username") else {}
    user = replace(
        user,
        id=values.get("subject") or user.id,
        phone_number=values.get("phone_number"),
        phone_number_verified=values.get("phone_number_verified", False),
        password_hash=values.get("password_hash"),
        status=DISABLED if values.get("disabled") else ACTIVE,
        profile=form.profile | preferred,
    )
    return NewPerson(entry.place, user, values.get("totp_secret"), values.get("groups", ()))


def _read_values(entry: Entry) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values that are right, and the problems of the others."""
    values, problems = dict[str, Any](), dict[str, str]()
    for name, value in entry.values.items():
        if name not in FIELDS:
            problems[name] = f"There is no such field. Those there are: {', '.join(FIELDS)}."
        elif value is not None and value != "":
            try:
                values[name] = FIELDS[name](value)
            except Wrong as wrong:
                problems[name] = str(wrong)
    return values, problems


def _find_contradictions(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("email", "phone_number"):
        if values.get(f"{name}_verified") and not values.get(name):
            yield f"{name}_verified", f"There is no {name} that could be verified."
    preferred = values.get("preferred_username", "")
    if len(preferred) > users.LONGEST_NAME or not preferred.isprintable():
        yield "preferred_username", f"Use at most {users.LONGEST_NAME} visible characters."
