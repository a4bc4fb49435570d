"""The provider's discovery document, fetched as a client would."""

from __future__ import annotations

import http.client
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from idp.kernel import strict_json

PATH = "/.well-known/openid-configuration"
TIMEOUT = 5
LARGEST = 100_000
"""Bytes of a discovery document that are read."""


class ProviderUnreachable(Exception):
    """No provider with this issuer answers there; the message has what did."""


@dataclass(frozen=True)
class DiscoveryResult:
    """The result; `date` is the server's clock (seconds, UTC), if it sent one."""

    date: int | None


def fetch(issuer: str) -> DiscoveryResult:
    """Fetch the discovery document (OpenID Connect Discovery 1.0 section 4) and compare its issuer.

    Raises:
        Unreachable: when there is none, or it has another issuer.
    """
    parts = urlsplit(issuer)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with closing(kind(parts.netloc, timeout=TIMEOUT)) as connection:
        try:
            connection.request("GET", PATH)
            response = connection.getresponse()
            body = response.read(LARGEST)
        except (OSError, http.client.HTTPException) as error:
            raise ProviderUnreachable(str(error) or type(error).__name__) from None
    if response.status == http.client.MISDIRECTED_REQUEST:
        raise ProviderUnreachable("it was asked under another host: the proxy must pass on the Host header")
    if response.status != http.client.OK:
        raise ProviderUnreachable(f"it answers with status {response.status}")
    try:
        named = strict_json.parse(body)["issuer"]
    except (ValueError, TypeError, KeyError):
        raise ProviderUnreachable("what answers is no OpenID provider") from None
    if named != issuer:
        raise ProviderUnreachable("what answers calls itself by another name")
    return DiscoveryResult(_parse_date(response.getheader("Date")))


def _parse_date(header: str | None) -> int | None:
    try:
        return int(parsedate_to_datetime(header).timestamp()) if header else None
    except ValueError:
        return None
