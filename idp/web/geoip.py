"""Places in the words of whoever reads the page."""

from __future__ import annotations

from flask import request

from idp.web import language
from idp.web.context import core


def seen_from_here(address: str) -> str:
    """Where an address is, seen from where the reader is now."""
    return core().places.seen_from(address, language.reader().language, here=request.remote_addr or "")


def located(address: str) -> str:
    """An address, and where it is if that is known."""
    return core().places.located(address, language.reader().language)
