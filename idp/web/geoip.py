"""Places in the words of whoever reads the page."""

from __future__ import annotations

from flask import request

from idp.web import language
from idp.web.context import services


def location_from_here(address: str) -> str:
    """Where an address is, seen from where the reader is now."""
    return services().geoip.describe(address, language.current_reader().language, here=request.remote_addr or "")


def with_location(address: str) -> str:
    """An address, and where it is if that is known."""
    return services().geoip.with_place(address, language.current_reader().language)
