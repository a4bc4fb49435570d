"""Email addresses: syntax, and the ASCII form of internationalised domains (RFC 5890)."""

from __future__ import annotations

from email.headerregistry import Address

import idna

from idp.kernel.text import Text

LONGEST_EMAIL = 254
"""Characters: RFC 5321 section 4.5.3.1.3, without the angle brackets."""
NO_ADDRESS = Text("Enter an email address, such as jane@example.com.")
NOT_ASCII = Text(
    "We cannot send mail to this address. Before the @ it must have only letters from a to z, digits and signs."
)


def email_problem(text: str) -> Text | None:
    """Return why the text is not one email address that we can send mail to; None when it is. A list is not.

    Letters outside ASCII have an ASCII form in the domain; before the `@` they need SMTPUTF8 (RFC 6531), which many
    mail servers do not have.
    """
    if len(text) > LONGEST_EMAIL or not text.isprintable() or any(character.isspace() for character in text):
        return NO_ADDRESS
    local, _, domain = text.rpartition("@")
    try:
        address = Address(addr_spec=text if local.isascii() else f"x@{domain}")
    except (ValueError, IndexError):
        return NO_ADDRESS
    if not (address.username and address.domain and ascii_domain(address.domain)):
        return NO_ADDRESS
    return None if local.isascii() else NOT_ASCII


def ascii_domain(domain: str) -> str:
    """Return a domain in small ASCII letters; empty when it has no such form.

    What is not ASCII becomes A-labels (RFC 5891), after the mapping of UTS 46 that browsers use.
    """
    small = domain.lower()
    if small.isascii() and "xn--" not in small:
        return small
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""


def envelope_address(address: str) -> str:
    """Return an address as the envelope and headers of a mail carry it: its domain in ASCII (RFC 6531 section 3.2)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_domain(domain) or domain}"
