"""Locations of IP addresses in the reader's language."""

from __future__ import annotations

from idp.web import language
from idp.web.client_address import client_address
from idp.web.context import services


def location_from_here(address: str) -> str:
    """Describe an address relative to the reader's own."""
    return services().geoip.describe(address, language.current_reader().language, here=client_address())


def with_location(address: str) -> str:
    """Return an address with its place, if known."""
    return services().geoip.with_place(address, language.current_reader().language)
