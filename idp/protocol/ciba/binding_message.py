"""The binding message: what the app shows, so that the person knows which request is theirs (section 7.1).

    "Pay 20 EUR to Bob 4711"  ->  the page shows "Pay 20 EUR to Bob"; the person types 4711, which only the app shows

Somebody who starts requests in another's name, and waits until that person approves one, does not get past that
(number matching; docs/decisions/0039). So every message ends with a number, and may be nothing else. The same number
may not stand in the words: the page shows them.
"""

from __future__ import annotations

import re

from authlib.oauth2 import OAuth2Error

from idp.factors.typed_codes import normalize_code

LONGEST = 100
"""Characters."""
MESSAGE = re.compile(r"(?:(?P<words>.*) )?(?P<number>[0-9]{2,8})")
NUMBER = re.compile(r"\d+")
MOST_WRONG = 3
"""Wrong numbers after which a request is refused."""


class InvalidBindingMessage(OAuth2Error):
    """The message is missing, or cannot be used (section 13)."""

    error = "invalid_binding_message"
    description = (
        "binding_message must end with a number of 2 to 8 digits that the person types here, "
        "which its words do not have, and have at most 100 printable characters"
    )


def check(message: str | None) -> str:
    """Return a usable message. Raises `InvalidBindingMessage`."""
    if message is None or len(message) > LONGEST or not message.isprintable() or not MESSAGE.fullmatch(message):
        raise InvalidBindingMessage
    if any(is_number(message, shown) for shown in NUMBER.findall(shown_words(message))):
        raise InvalidBindingMessage
    return message


def shown_words(message: str) -> str:
    """Return the message without its number; empty when that is all of it."""
    return message.rpartition(" ")[0].strip()


def is_number(message: str, typed: str) -> bool:
    """Whether somebody typed the number of this message, in digits of any script."""
    return normalize_code(typed) == message.rpartition(" ")[2]
