"""Syntax of email addresses."""

from __future__ import annotations

from email.headerregistry import Address

LONGEST_EMAIL = 254
"""Characters: RFC 5321 section 4.5.3.1.3, without the angle brackets."""


def is_email(text: str) -> bool:
    """Whether the text is exactly one valid email address; a list of recipients is not."""
    if len(text) > LONGEST_EMAIL or not text.isprintable() or any(character.isspace() for character in text):
        return False
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError):
        return False
    return bool(address.username and address.domain)
