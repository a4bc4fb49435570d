"""The JWS compact serialization (RFC 7515 section 7.1), read strictly: one spelling, one meaning, bounded work."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Never

from idp.kernel import strict_json
from idp.signing import base64url

MAX_TOKEN_LENGTH = 16 * 1024


class InvalidToken(Exception):
    """A token that must not be believed.

    `reason` is a private detail for the log. The one who sent the token learns only that it is invalid, so that
    forging gets no advice.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CompactJws:
    """A JWS taken apart and not yet believed: nothing here is true before the signature is verified."""

    header: dict[str, Any]
    payload: bytes
    signature: bytes
    signing_input: bytes

    @classmethod
    def parse(cls, token: str) -> CompactJws:
        """Take a compact JWS apart; raises `InvalidToken` when it is too long or not well formed."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise InvalidToken(f"longer than {MAX_TOKEN_LENGTH} characters")
        try:
            header, payload, signature = token.split(".")
            return cls(
                header=read_object(base64url.decode(header), "header"),
                payload=base64url.decode(payload),
                signature=base64url.decode(signature),
                signing_input=f"{header}.{payload}".encode("ascii"),
            )
        except ValueError as err:
            raise InvalidToken("not three canonical base64url parts") from err


def read_object(raw: bytes, part: str) -> dict[str, Any]:
    """Read one JSON object; `part` names it in the reason.

    Refused with `InvalidToken`: repeated members (two readers could see different tokens, RFC 7515 section 4),
    NaN and infinities, nesting too deep, and strings that no database could store (NUL, lone surrogates),
    which would otherwise surface later as a failure of ours.
    """
    try:
        text = raw.decode("utf-8")
        value = strict_json.parse(text, _STRICT_JSON)
        if "\\u" in text:
            _refuse_unstorable(text, value)
    except ValueError as err:
        raise InvalidToken(f"{part} is not well-formed JSON") from err
    if not isinstance(value, dict):
        raise InvalidToken(f"{part} is not a JSON object")
    return value


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated member")
    return members


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _refuse_unstorable(text: str, value: object) -> None:
    if "\\u0000" in text:
        raise ValueError("NUL in a string")
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # UnicodeEncodeError on a lone surrogate


_STRICT_JSON = json.JSONDecoder(object_pairs_hook=_refuse_repeats, parse_constant=_refuse_constant, parse_float=_finite)
