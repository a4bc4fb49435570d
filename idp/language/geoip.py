"""Locations of IP addresses, from an optional MaxMind DB file of cities or countries.

The file is read on each lookup (0.2 ms), not mapped into memory: overwriting a mapped file in place would crash every
process that reads it. An unusable file is refused at start; a later failure never fails a page.
"""

from __future__ import annotations

import ipaddress
import logging
from pathlib import Path
from typing import Any, Self

import maxminddb
from maxminddb import InvalidDatabaseError, Reader

from idp.config import BadSettings
from idp.kernel.text import Text

log = logging.getLogger(__name__)

FALLBACK = "en"
"""The language in which every such file has names."""
DATABASE_TYPES = ("city", "country", "enterprise")
"""The type of a usable file contains one of these words."""
PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
"""Networks that are not on the internet (RFC 1918, RFC 6598, RFC 4193, link-local)."""
SUBSCRIBER = {4: 32, 6: 64}
"""Prefix length (bits) of one subscriber's network."""


DAMAGED = (InvalidDatabaseError, ValueError, TypeError, IndexError, RecursionError, OSError)
"""What the library raises for a damaged or truncated file, and for IPv6 in a file of IPv4."""


class GeoIp:
    """The file, opened once; safe to share among threads."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._reader = reader

    @classmethod
    def open(cls, path: str) -> Self:
        """Open the file; without a path, lookups find nothing.

        Raises:
            BadSettings: when the file is missing or has no locations.
        """
        if not path:
            return cls()
        try:
            reader = maxminddb.open_database(Path(path), maxminddb.MODE_FILE)
        except OSError as error:
            raise _unusable(path, f"cannot be read: {error.strerror}") from None
        except (ValueError, InvalidDatabaseError):
            raise _unusable(path, "is no MaxMind DB file") from None
        kind = reader.metadata().database_type
        if not any(word in kind.lower() for word in DATABASE_TYPES):
            reader.close()
            raise _unusable(path, f"is a file of {kind!r}, which knows no places")
        return cls(reader)

    def close(self) -> None:
        """Close the file."""
        if self._reader:
            self._reader.close()

    def place_name(self, address: str, language: str) -> Text | None:
        """Return "Berlin, Germany", in this language or else in English; None if unknown."""
        found = self._look_up(address)
        names = [_name(found, kind, language) for kind in ("city", "country")]
        city, country = names[0], names[1] or _name(found, "registered_country", language)
        if city and country:
            return Text("{city}, {country}", city=city, country=country)
        return Text("{place}", place=city or country) if city or country else None

    def _look_up(self, address: str) -> Any:  # noqa: ANN401 - whatever the file says
        try:
            where = _parse_address(address)
        except ValueError:
            return None
        try:
            return self._reader.get(where) if self._reader else None
        except DAMAGED as error:
            log.warning("the file of places could not be asked: %s: %s", type(error).__name__, error)
            return None

    def with_place(self, address: str, language: str) -> str:
        """Return the address, preceded by its place if known."""
        place = self.place_name(address, language)
        return Text("{place} ({address})", place=place, address=address) if place else address

    def describe(self, address: str, language: str, *, here: str) -> str:
        """Return the place; else how the address relates to `here`, the reader's address; else the address."""
        return self.place_name(address, language) or _describe_network(address, here) or address or Text("Unknown")


def _parse_address(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Parse an address; IPv4-mapped IPv6 becomes IPv4. Raises `ValueError`."""
    found = ipaddress.ip_address(address)
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


def _unusable(path: str, problem: str) -> BadSettings:
    remedy = "Name a MaxMind DB file (.mmdb) of cities or countries, or set nothing"
    return BadSettings(f"IDP_PLACES_FILE: {path} {problem}. {remedy}.")


def _name(found: Any, kind: str, language: str) -> str:  # noqa: ANN401 - whatever the file says
    part = found.get(kind) if isinstance(found, dict) else None
    names = part.get("names") if isinstance(part, dict) else None
    name = (names.get(language) or names.get(FALLBACK)) if isinstance(names, dict) else None
    return name if isinstance(name, str) else ""


def _describe_network(address: str, here: str) -> Text | None:
    try:
        found = _parse_address(address)
        network = ipaddress.ip_network((found, SUBSCRIBER[found.version]), strict=False)
        same = here != "" and _parse_address(here) in network
    except ValueError:
        return None
    if found.is_loopback:
        return Text("This computer")
    if any(found in network for network in PRIVATE):
        return Text("A private network")
    return Text("The same network as now") if same else None
