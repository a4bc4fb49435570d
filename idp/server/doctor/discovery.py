"""The provider's discovery document and keys, fetched as a client would."""

from __future__ import annotations

import http.client
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from idp.kernel import strict_json
from idp.protocol.discovery import PATH

TIMEOUT = 5
LARGEST = 100_000
"""Bytes of a document that are read."""


class ProviderUnreachable(Exception):
    """No provider with this issuer answers there; the message has what did."""


@dataclass(frozen=True)
class DiscoveryResult:
    """The result.

    `date` is the server's clock (seconds, UTC), if it sent one; `kids` are the ids of the keys that it publishes.
    """

    date: int | None
    kids: frozenset[str]


def fetch(issuer: str) -> DiscoveryResult:
    """Fetch the discovery document (OpenID Connect Discovery 1.0 section 4), compare its issuer, and fetch its keys.

    Raises:
        ProviderUnreachable: when there is none, it has another issuer, or its keys cannot be read.
    """
    parts = urlsplit(issuer)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with closing(kind(parts.netloc, timeout=TIMEOUT)) as connection:
        document, date = _read_json(connection, PATH)
        if "issuer" not in document:
            raise ProviderUnreachable("what answers is no OpenID provider")
        if document["issuer"] != issuer:
            raise ProviderUnreachable("what answers calls itself by another name")
        address = str(document.get("jwks_uri"))
        if not address.startswith(f"{issuer}/"):
            raise ProviderUnreachable("what answers has its keys at another address")
        keys, _date = _read_json(connection, address.removeprefix(issuer))
    kids = [key.get("kid") for key in keys.get("keys", []) if isinstance(key, dict)]
    return DiscoveryResult(_parse_date(date), frozenset(kid for kid in kids if isinstance(kid, str)))


def _read_json(connection: http.client.HTTPConnection, path: str) -> tuple[dict[str, Any], str | None]:
    """Return a JSON object and the `Date` header."""
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read(LARGEST)
    except (OSError, http.client.HTTPException) as error:
        raise ProviderUnreachable(str(error) or type(error).__name__) from None
    if response.status == http.client.MISDIRECTED_REQUEST:
        raise ProviderUnreachable("it was asked under another host: the proxy must pass on the Host header")
    if response.status != http.client.OK:
        raise ProviderUnreachable(f"it answers with status {response.status}")
    try:
        found = strict_json.parse(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderUnreachable("what answers is no OpenID provider")
    return found, response.getheader("Date")


def _parse_date(header: str | None) -> int | None:
    try:
        return int(parsedate_to_datetime(header).timestamp()) if header else None
    except ValueError:
        return None
