"""Reading a browser's request strictly, but one parameter at a time.

The back channel refuses a malformed request as a whole (`parameters`). Here that would be wrong: a doubled `scope` is
reported to the client by redirect, a doubled `redirect_uri` is not. So each unusable parameter is set aside with
the reason, and whoever needs it finds it missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from flask import Response, request

from idp.kernel.text import Text
from idp.protocol.parameters import FORM, REPEATABLE
from idp.web.errors import Refusal
from idp.web.forms import is_storable
from idp.web.pages import see_other

MAX_QUERY = 32 * 1024
"""Bytes of a whole request; its longest parameter, `request`, may have half of that."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
JSON = frozenset({"claims", "authorization_details"})
"""Parameters that may be written over several lines."""
PUSHED = "pushed"
"""Member of a stored request, which no parameter can set."""
START_AGAIN = Text("Go back to the app and try again. If it happens again, tell the people who run the app.")


@dataclass(frozen=True)
class Query:
    """The parameters of one request that are known to its endpoint: those that can be used, and why others cannot.

    `pushed` is the id of the pushed request they come from (RFC 9126).
    """

    values: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)
    pushed: str | None = None

    def get(self, name: str) -> str | None:
        """Return a parameter's value; None when it was not sent, sent empty (RFC 6749 section 3.1), or is faulty."""
        return self.values.get(name)

    @property
    def stored(self) -> dict[str, str]:
        """Return what `from_stored` reads."""
        return dict(self.values) | ({PUSHED: self.pushed} if self.pushed else {})

    def overlaid(self, inner: Query) -> Query:
        """Return these parameters with those of `inner` instead, where it has them."""
        faults = {name: fault for name, fault in self.faults.items() if name not in inner.values}
        return Query({**self.values, **inner.values}, {**faults, **inner.faults})

    def without(self, *names: str) -> Query:
        """Return these parameters except some."""
        kept = {name: value for name, value in self.values.items() if name not in names}
        return Query(kept, self.faults, self.pushed)

    def raise_for_faults(self) -> None:
        """Raise `invalid_request` naming the first parameter that cannot be used."""
        for name, fault in self.faults.items():
            raise InvalidRequestError(f"{name} {fault}")


def parse_query(encoded: bytes, limits: Mapping[str, int]) -> Query:
    """Parse a query. `limits` names the known parameters and their longest values (characters); others are ignored."""
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    for raw_name, raw_value in _pairs(encoded):
        name = raw_name.decode("ascii", "replace")
        if name not in limits:
            continue
        if name in faults or (name in values and name not in REPEATABLE):
            faults[name] = "is sent more than once"
            continue
        try:
            value = raw_value.decode("utf-8")
        except UnicodeDecodeError:
            faults[name] = "is not UTF-8"
            continue
        values[name] = value = f"{values[name]} {value}" if name in values else value
        if fault := _fault(name, value, limits[name]):
            faults[name] = fault
    usable = {name: value for name, value in values.items() if value and name not in faults}
    return Query(usable, faults)


def from_members(members: Mapping[str, str], limits: Mapping[str, int]) -> Query:
    """Return the parameters that another reader found, each once; the rest is as for `parse_query`."""
    known = {name: value for name, value in members.items() if name in limits}
    faults = {name: fault for name, value in known.items() if (fault := _fault(name, value, limits[name]))}
    return Query({name: value for name, value in known.items() if value and name not in faults}, faults)


def from_stored(frozen: Mapping[str, Any], limits: Mapping[str, int]) -> Query:
    """Return the parameters of a request that was read before and kept with a sign-in."""
    return Query({name: frozen[name] for name in limits if name in frozen}, pushed=frozen.get(PUSHED))


def request_query() -> bytes:
    """Return the query of the request being served.

    Raises:
        Refusal: when it is longer than any sensible request.
    """
    return _bounded(request.query_string)


def redirect_to_get(path: str) -> Response:
    """Answer a POST from another site with a redirect to GET, parameters in the query.

    Browsers keep our SameSite=Lax cookies back from such a POST, so whoever is signed in would look like a stranger.

    Raises:
        Refusal: when it is no form, or longer than any sensible request.
    """
    if request.mimetype != FORM:
        raise Refusal(415, Text("That request was not understood"), START_AGAIN, detail="not a form")
    body = request.get_data(cache=True, parse_form_data=False)
    joined = _bounded(b"&".join(part for part in (request.query_string, body) if part))
    return see_other(f"{path}?{urlencode(list(_pairs(joined)))}")


def _fault(name: str, value: str, longest: int) -> str:
    """Return why a value cannot be used; empty when it can."""
    if len(value) > longest:
        return f"is longer than {longest} characters"
    if not is_storable(value) or (CONTROL.search(value) and name not in JSON):
        return "holds control characters"
    return ""


def _bounded(encoded: bytes) -> bytes:
    if len(encoded) > MAX_QUERY:
        raise Refusal(414, Text("That was too much at once"), START_AGAIN, detail=f"a request of {len(encoded)} bytes")
    return encoded


def _pairs(encoded: bytes) -> Iterator[tuple[bytes, bytes]]:
    for pair in encoded.split(b"&"):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        if name:
            yield unquote_to_bytes(name), unquote_to_bytes(value)
