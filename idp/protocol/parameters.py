"""Reading `application/x-www-form-urlencoded` strictly: each parameter once, UTF-8, storable, of bounded size.

If two parsers read a request differently, an attacker passes the check with one value and uses the other. So
repeated parameters are refused (RFC 6749 section 3.2) and the text is decoded in one place, here.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError
from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from idp.web.forms import is_storable

FORM = "application/x-www-form-urlencoded"
MAX_PARAMETERS = 60
MAX_VALUE = 16 * 1024
"""Characters; only client assertions and request objects come near it."""

REPEATABLE = frozenset({"resource"})
"""Parameters that may be sent more than once (RFC 8707 section 2); their values, without spaces, are joined by one."""
PRINTABLE_NAME = re.compile(r"[a-z_]{1,40}")
SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*")
"""RFC 6749 section 3.3."""


def parse(encoded: bytes) -> dict[str, str]:
    """Return the parameters of a query or a form body; empty ones count as left out (RFC 6749 section 3.1).

    Values of one that may be repeated are joined by a space.

    Raises:
        InvalidRequestError: for repeated, oversized, too many or undecodable parameters.
        InvalidScopeError: for a `scope` that is not a list of scope tokens.
    """
    try:
        pairs = parse_qsl(
            encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except UnicodeDecodeError:
        raise InvalidRequestError("the parameters are not UTF-8") from None
    except ValueError:
        raise InvalidRequestError("too many parameters") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found and name not in REPEATABLE:
            raise InvalidRequestError(f"{_printable_name(name)} is sent more than once")
        if len(value) > MAX_VALUE or not is_storable(name + value):
            raise InvalidRequestError(f"{_printable_name(name)} is too long or holds characters that no value has")
        found[name] = f"{found[name]} {value}" if name in found else value
    given = {name: value for name, value in found.items() if value}
    if "scope" in given and not SCOPE.fullmatch(given["scope"]):
        raise InvalidScopeError("scope must be names with single spaces between them")
    return given


def read_body(request: Request) -> dict[str, str]:
    """Return the parameters of a form post.

    A query is refused: secrets and tokens in addresses end up in logs (RFC 6749 section 2.3.1, RFC 9700 section 4.3.2).

    Raises:
        InvalidRequestError, InvalidScopeError: as `parse`, and for another content type.
    """
    if request.query_string:
        raise InvalidRequestError("send all parameters in the body, none in the address")
    if request.mimetype != FORM:
        raise InvalidRequestError("send the parameters as application/x-www-form-urlencoded")
    try:
        return parse(request.get_data(cache=True, parse_form_data=False))
    except RequestEntityTooLarge:
        raise InvalidRequestError("the request is too large") from None


def _printable_name(name: str) -> str:
    """Return the parameter's name, when it cannot be somebody's text."""
    return name if PRINTABLE_NAME.fullmatch(name) else "a parameter"
