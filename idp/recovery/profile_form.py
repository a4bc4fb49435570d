"""Claims that people and administrators may set, and their rules (OIDC Core section 5.1).

    form  --parse_profile_form-->  ProfileForm: the new profile, and a sentence beside each field that is refused

Pure. Not settable here: `sub`, `updated_at`, `preferred_username` (the user name, by which apps may know them), and the
email address and phone number, which have to be proven. What else a profile holds, from an import, stays as it is.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from idp.kernel.text import Text
from idp.language import tags, zones
from idp.web.forms import is_storable

Rule = Callable[[str, str, dt.date], str]
"""What was typed, the value of before, today's date -> what is kept; raises `Wrong`."""

LONGEST = {
    "name": 200, "given_name": 100, "middle_name": 100, "family_name": 100, "nickname": 100, "gender": 40,
    "birthdate": 10, "website": 500, "profile": 500, "picture": 500, "locale": 35, "zoneinfo": 64,
    "street_address": 300, "postal_code": 30, "locality": 100, "region": 100, "country": 100,
}  # fmt: skip
"""Field of the form -> characters."""
ADDRESS = ("street_address", "postal_code", "locality", "region", "country")
"""Fields that are members of the `address` claim (section 5.1.1); `formatted` is made of them."""
JOINERS = "\u200c\u200d"
"""Invisible, and yet part of how names are written in Persian and in Indian languages."""
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of what nobody sees, and of what turns a page around."""
URL = re.compile(r"https://[!#-;=?-\[\]_a-z~]+", re.IGNORECASE)
BIRTHDATE = re.compile(r"(?P<year>\d{4})(?:-(?P<rest>\d{2}-\d{2}))?", re.ASCII)
NO_YEAR, LEAP = "0000", "2000"
"""`0000-02-29` is a birthday without its year, as section 5.1 writes it."""


class Wrong(Exception):
    """A typed value cannot be the claim; `sentence` has the reason and the remedy."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class ProfileForm:
    """`profile` is what to keep if there are no `errors` (field -> sentence); `typed` is what to show again."""

    profile: dict[str, Any]
    typed: dict[str, str]
    errors: dict[str, Text]


def fields_of(profile: Mapping[str, Any]) -> dict[str, str]:
    """Return a profile as form fields; a postal address known only as a whole is in that of the street."""
    address = _address_of(profile)
    fields = {name: profile.get(name) for name in LONGEST} | {name: address.get(name) for name in ADDRESS}
    if not any(fields[name] for name in ADDRESS):
        fields["street_address"] = address.get("formatted")
    return {name: value if isinstance(value, str) else "" for name, value in fields.items()}


def parse_profile_form(form: MultiDict[str, str], profile: Mapping[str, Any], *, today: dt.date) -> ProfileForm:
    """Parse a form over the present profile; a field that was not sent is not changed."""
    before = fields_of(profile)
    typed, kept, errors = dict(before), dict(before), dict[str, Text]()
    for name in LONGEST:
        if name not in form:
            continue
        try:
            typed[name] = _read(form, name)
            kept[name] = RULES.get(name, _line)(typed[name], before[name], today)
        except Wrong as wrong:
            errors[name] = wrong.sentence
    return ProfileForm(_joined(profile, before, kept), typed, errors)


def _read(form: MultiDict[str, str], name: str) -> str:
    values = form.getlist(name)
    if len(values) != 1 or not is_storable(values[0]):
        raise Wrong(Text("This could not be read. Type it again."))
    found = values[0].replace("\r\n", "\n").strip()
    if len(found) > LONGEST[name]:
        raise Wrong(Text("Use at most {longest} characters.", longest=LONGEST[name]))
    return found


def _line(typed: str, _before: str, _today: dt.date) -> str:
    """Return one line of text in any script."""
    line = " ".join(typed.split())
    if any(unicodedata.category(one) in UNSEEN and one not in JOINERS for one in line):
        raise Wrong(Text("This holds a character that cannot be seen. Type it again instead of pasting it."))
    return line


def _lines(typed: str, before: str, today: dt.date) -> str:
    """Return some lines of text."""
    lines = [_line(line, before, today) for line in typed.split("\n")]
    return "\n".join(line for line in lines if line)


def _url(typed: str, _before: str, _today: dt.date) -> str:
    """Return a URL that apps may link to or load a picture from: https, a host, no user or password."""
    try:
        parts = urlsplit(typed)
        good = URL.fullmatch(typed) and "." in (parts.hostname or "") and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        good = False
    if typed and not good:
        raise Wrong(Text("Enter a whole web address that begins with https://, such as https://example.com/me."))
    return typed


def _birthdate(typed: str, _before: str, today: dt.date) -> str:
    """Return a birthdate: `YYYY-MM-DD`, only the year, or `0000-MM-DD` (OIDC Core section 5.1)."""
    if not typed:
        return ""
    found, first = BIRTHDATE.fullmatch(typed), dt.date(today.year - 150, 1, 1)
    try:
        if found is None:
            raise ValueError  # noqa: TRY301 - the same answer as for a day that no month has
        year, rest = found["year"], found["rest"]
        born = dt.date.fromisoformat(f"{LEAP if year == NO_YEAR else year}-{rest or '01-01'}")
        if year == NO_YEAR and not rest:
            raise ValueError  # noqa: TRY301 - likewise
    except ValueError:
        raise Wrong(Text("Enter the date as year, month and day, such as 1985-02-28.")) from None
    if not first <= born <= today:
        raise Wrong(Text("Enter a date in the past: year, month and day, such as 1985-02-28."))
    return typed


def _locale(typed: str, before: str, _today: dt.date) -> str:
    """Return a language of ours; another one from an import may stay."""
    if typed and typed != before and typed not in tags.LANGUAGES:
        raise Wrong(Text("Choose a language from the list."))
    return typed


def _zoneinfo(typed: str, before: str, _today: dt.date) -> str:
    """Return a time zone by its IANA name; one that is not in the list, from an import, may stay."""
    if typed and typed != before and typed not in zones.choices():
        raise Wrong(Text("Choose a time zone from the list."))
    return typed


RULES: Mapping[str, Rule] = {
    "birthdate": _birthdate, "website": _url, "profile": _url, "picture": _url, "locale": _locale,
    "zoneinfo": _zoneinfo, "street_address": _lines,
}  # fmt: skip
"""Fields that are not simply one line of text."""


def _address_of(profile: Mapping[str, Any]) -> dict[str, Any]:
    address = profile.get("address")
    return address if isinstance(address, dict) else {}


def _joined(profile: Mapping[str, Any], before: dict[str, str], kept: dict[str, str]) -> dict[str, Any]:
    """Return the profile with what changed in it; claims without a value are left out."""
    changed = {name: value for name, value in kept.items() if value != before[name]}
    new = dict(profile) | {name: value for name, value in changed.items() if name not in ADDRESS}
    if not changed.keys().isdisjoint(ADDRESS):
        members = {name: kept[name] for name in ADDRESS if kept[name]}
        new["address"] = members | {"formatted": _formatted(kept)} if members else ""
    return {name: value for name, value in new.items() if value or name not in changed.keys() | {"address"}}


def _formatted(kept: dict[str, str]) -> str:
    """Return the whole address as it would stand on a letter (section 5.1.1)."""
    town = " ".join(filter(None, (kept["postal_code"], kept["locality"])))
    return "\n".join(filter(None, (kept["street_address"], town, kept["region"], kept["country"])))
