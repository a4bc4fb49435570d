"""What people call the program at the other end."""

from __future__ import annotations

from ua_parser import parse

LONGEST = 500
"""Characters that are looked at: the header is the caller's own text, and may be of any length."""


def name(user_agent: str) -> str:
    """A browser by its `User-Agent` header, as its owner would call it: "Firefox on Windows"."""
    parsed = parse(user_agent[:LONGEST]).with_defaults()
    browser, system = parsed.user_agent.family, parsed.os.family
    if browser == "Other":
        return "Unknown browser" if system == "Other" else f"A browser on {system}"
    return browser if system == "Other" else f"{browser} on {system}"
