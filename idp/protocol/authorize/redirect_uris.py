"""Whether a redirect URI is one that the client registered (RFC 9700 section 4.1.3). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([1-9][0-9]{0,4}))?([/?][\x21-\x22\x24-\x7E]*)?")
"""Scheme and literal address, port, the rest. Not `localhost`, which a hosts file may send elsewhere."""
HIGHEST_PORT = 65_535


def registered(given: str, uris: Iterable[str], *, native: bool) -> bool:
    """Whether `given` is one of `uris`, character by character: nothing is decoded, folded or normalised.

    `native`: a public client on somebody's machine, which cannot know its port in advance; between two loopback
    addresses that are otherwise equal the port then does not count (RFC 8252 section 7.3).
    """
    known = tuple(uris)
    return given in known or (native and any(_same_but_port(given, uri) for uri in known))


def _same_but_port(given: str, uri: str) -> bool:
    one, other = LOOPBACK.fullmatch(given), LOOPBACK.fullmatch(uri)
    if one is None or other is None or int(one[2] or 80) > HIGHEST_PORT:
        return False
    return (one[1], one[3]) == (other[1], other[3])
