"""Codes sent by mail or to a phone: six random digits, stored as a keyed digest.

Six digits are found by brute force, so a plain digest in a stolen database would reveal them within their lifetime.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from enum import Enum, auto

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from idp.factors import typed_codes
from idp.kernel.entropy import Entropy

DIGITS = 6
LIFETIME = 600
"""Seconds a code is valid (NIST SP 800-63B section 3.1.3.2)."""
MAX_TRIES = 5
"""Attempts per slot, however many codes are sent."""
ENTROPY_BYTES = 8
"""Enough that the modulo bias is below 1 in 10^13."""
HIDDEN = "•••"
NO_BREAK = "\N{NO-BREAK SPACE}"
SHOWN_DIGITS = 2

PREMIUM_TYPES = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
"""Numbers that earn their owner money per message: codes sent there would be a fraud."""

IMPOSSIBLE_LENGTHS = frozenset({NumberParseException.TOO_SHORT_NSN, NumberParseException.TOO_LONG})

_CODE = re.compile(rf"[0-9]{{{DIGITS}}}")


class NumberProblem(Enum):
    """Why no code is sent to a phone number."""

    NO_COUNTRY_CODE = auto()
    NONEXISTENT = auto()
    PREMIUM = auto()


class InvalidPhoneNumber(ValueError):
    """The text is not a phone number with country code that codes can be sent to."""

    def __init__(self, typed: str, problem: NumberProblem) -> None:
        super().__init__(typed)
        self.problem = problem


def generate(entropy: Entropy) -> str:
    """Generate a code, including leading zeros."""
    return f"{int.from_bytes(entropy.bytes(ENTROPY_BYTES), 'big') % 10**DIGITS:0{DIGITS}}"


def digest(pepper: bytes, code: str, *place: str) -> str:
    """Return the stored digest of a generated or typed code, bound to its slot.

    A malformed code has a digest that no valid code has.
    """
    digits = typed_codes.normalize_code(code)
    message = "\x00".join((*place, digits if _CODE.fullmatch(digits) else ""))
    return hmac.new(pepper, message.encode(), hashlib.sha256).hexdigest()


def parse_phone_number(typed: str) -> str:
    """Parse a phone number into E.164, such as "+4915112345678".

    Raises:
        InvalidPhoneNumber: when it has no country code, does not exist there, or is a premium-rate number.
    """
    try:
        parsed = phonenumbers.parse(typed, None)
    except NumberParseException as error:
        has_country_code = error.error_type in IMPOSSIBLE_LENGTHS
        problem = NumberProblem.NONEXISTENT if has_country_code else NumberProblem.NO_COUNTRY_CODE
        raise InvalidPhoneNumber(typed, problem) from error
    if not phonenumbers.is_valid_number(parsed):
        raise InvalidPhoneNumber(typed, NumberProblem.NONEXISTENT)
    if phonenumbers.number_type(parsed) in PREMIUM_TYPES:
        raise InvalidPhoneNumber(typed, NumberProblem.PREMIUM)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def mask(address: str) -> str:
    """Mask an address or number, for somebody who only knows the password: "j•••@example.com"."""
    mailbox, at, host = address.partition("@")
    if at:
        return f"{mailbox[:1]}{HIDDEN}@{host}"
    parsed = phonenumbers.parse(address, None)
    return NO_BREAK.join((f"+{parsed.country_code}", HIDDEN, address[-SHOWN_DIGITS:]))
