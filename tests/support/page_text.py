"""What a page of the product shows and sends, taken from its HTML."""

import re
from html import unescape

CHANGING = re.compile(r'value="[0-9a-f]{64}"|/login/[\w-]+|jane|nobody|[A-Za-z0-9_-]{43}')
"""What differs between any two pages: tokens, addresses, and the name that was typed."""


def setup_key(page: str) -> str | None:
    """Return the key for an authenticator app, without its spaces; None where the page shows none."""
    found = re.search(r'id="secret"[^>]*>([^<]+)<', page)
    return found[1].replace(" ", "") if found else None


def recovery_codes(page: str) -> list[str]:
    """Return the recovery codes that the page shows."""
    return re.findall(r"<li><code>([^<]+)</code>", page)


def form_token(page: str) -> str:
    """Return the token against forged requests of the page's first form."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page
    return found[1]


def options_path(page: str) -> str:
    """Return the address from which the page's script takes the options of a passkey."""
    found = re.search(r'data-options="([^"]+)"', page)
    assert found, page
    return unescape(found[1])
