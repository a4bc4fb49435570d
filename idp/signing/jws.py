"""The JWS compact serialization (RFC 7515 section 7.1), read strictly: one spelling, one meaning, bounded work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from idp.kernel import strict_json
from idp.signing import base64url

MAX_TOKEN_LENGTH = 16 * 1024


class InvalidToken(Exception):
    """A token that is not valid.

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

    Refused with `InvalidToken`: whatever `strict_json.parse_strictly` refuses, such as repeated members (RFC 7515
    section 4), which would otherwise surface later as a failure of ours.
    """
    try:
        value = strict_json.parse_strictly(raw)
    except ValueError as err:
        raise InvalidToken(f"{part} is not well-formed JSON") from err
    if not isinstance(value, dict):
        raise InvalidToken(f"{part} is not a JSON object")
    return value
