"""One optional member of clients: its name, words for administrators, and which values it may have. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from idp.admin import client_uris
from idp.kernel.text import Text
from idp.persistence.client_metadata import DEFAULTS

LONGEST_TEXT = 200
"""Characters of a text, and of each word of a list."""
MOST_LISTED = 100


MemberValue = str | bool | list[str] | None
"""What a member is registered with; its kind says which."""


class Kind(StrEnum):
    """What the value of a member is."""

    TEXT = "text"
    ADDRESS = "address"
    CHOICE = "choice"
    FLAG = "flag"
    LIST = "list"
    ADDRESSES = "addresses"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member: the name of the IANA registry, and words for administrators.

    `values` are the only ones it may have; empty: any. `https_only`: not even this machine may be reached by http.
    `administrative`: only administrators set it, never a client that registers itself.
    """

    name: str
    title: Text
    kind: Kind = Kind.TEXT
    help: Text | None = None
    values: tuple[str, ...] = ()
    https_only: bool = False
    administrative: bool = False

    @property
    def is_list(self) -> bool:
        """Whether the value is a list of strings."""
        return self.kind in {Kind.LIST, Kind.ADDRESSES}

    def fault(self, value: MemberValue) -> Text | None:
        """Return why a value of the right type cannot be registered."""
        if self.kind is Kind.FLAG or value == getattr(DEFAULTS, self.name):
            return None
        listed = value if isinstance(value, list) else [str(value)]
        if len(listed) > MOST_LISTED:
            return Text("A list has at most {most} lines.", most=MOST_LISTED)
        return next((found for each in listed if (found := self._fault_of(each))), None)

    def _fault_of(self, value: str) -> Text | None:
        if self.values and value not in self.values:
            return Text("{name} must be one of {all}.", name=self.name, all=", ".join(self.values))
        if self.kind in {Kind.ADDRESS, Kind.ADDRESSES}:
            problem = client_uris.https_problem if self.https_only else client_uris.fetched_problem
            uri = value.partition("#")[0] if self.name == "request_uris" else value  # Core 6.2: a hash of the content
            why = problem(uri)
            return Text("{uri} cannot be registered: {why}.", uri=repr(value), why=why) if why else None
        if not 0 < len(value) <= LONGEST_TEXT or not value.isprintable():
            return Text("{name} has 1 to {most} printable characters.", name=self.name, most=LONGEST_TEXT)
        return None


@dataclass(frozen=True)
class MemberGroup:
    """Members that belong together, with the title of their part of a form."""

    title: Text
    members: tuple[Member, ...]
