"""Codes sent to a mailbox or a phone: six random digits, kept as a keyed digest that only this installation can make.

Six digits are found by trying, so a plain digest in a stolen database would give them away within the ten minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import phonenumbers
from phonenumbers import PhoneNumberType

from idp.factors import typed
from idp.kernel.entropy import Entropy

DIGITS = 6
LIFETIME = 600
"""Seconds a code is good (NIST SP 800-63B section 3.1.3.2)."""
MAX_TRIES = 5
"""Tries that are checked in one slot, however often a code is sent."""
ENTROPY_BYTES = 8
"""Enough that no code is likelier than another by more than one in ten to the thirteenth."""
HIDDEN = "•••"
NO_BREAK = "\N{NO-BREAK SPACE}"
SHOWN_DIGITS = 2

PREMIUM_TYPES = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
"""Premium-rate numbers: their owner would earn money with each code that we send."""

_CODE = re.compile(rf"[0-9]{{{DIGITS}}}")


class InvalidPhoneNumber(ValueError):
    """What was typed is not a phone number with its country code."""


def generate(entropy: Entropy) -> str:
    """A new code, leading zeros included."""
    return f"{int.from_bytes(entropy.bytes(ENTROPY_BYTES), 'big') % 10**DIGITS:0{DIGITS}}"


def digest(pepper: bytes, code: str, *place: str) -> str:
    """What is kept of a code sent in a place; `code` is as it was drawn, or as somebody typed it.

    Something that is no code of ours has a digest that no code has.
    """
    digits = typed.normalize_code(code)
    said = "\x00".join((*place, digits if _CODE.fullmatch(digits) else ""))
    return hmac.new(pepper, said.encode(), hashlib.sha256).hexdigest()


def parse_phone_number(typed: str) -> str:
    """A phone number as it is stored: E.164, such as "+4915112345678".

    Raises:
        NotANumber: when it has no country code, is no valid number there, or is a premium-rate number.
    """
    try:
        parsed = phonenumbers.parse(typed, None)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhoneNumber(typed) from error
    if not phonenumbers.is_valid_number(parsed) or phonenumbers.number_type(parsed) in PREMIUM_TYPES:
        raise InvalidPhoneNumber(typed)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def mask(address: str) -> str:
    """An address or number as a page may show it to somebody who only knows the password: "j•••@example.com"."""
    mailbox, at, host = address.partition("@")
    if at:
        return f"{mailbox[:1]}{HIDDEN}@{host}"
    parsed = phonenumbers.parse(address, None)
    return NO_BREAK.join((f"+{parsed.country_code}", HIDDEN, address[-SHOWN_DIGITS:]))
