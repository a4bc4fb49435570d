"""Display names of browsers."""

from __future__ import annotations

from ua_parser import parse

from idp.kernel.text import Text

LONGEST = 500
"""Characters parsed: the header is untrusted and may have any length."""


UNKNOWN = Text("Unknown browser")
SOME_BROWSER = Text("A browser on {system}")
KNOWN = Text("{browser} on {system}")


def browser_name(user_agent: str) -> str:
    """Return the display name for a `User-Agent` header: "Firefox on Windows"."""
    parsed = parse(user_agent[:LONGEST]).with_defaults()
    browser, system = parsed.user_agent.family, parsed.os.family
    if browser == "Other":
        return UNKNOWN if system == "Other" else SOME_BROWSER.with_values(system=system)
    return browser if system == "Other" else KNOWN.with_values(browser=browser, system=system)


def from_stored_name(kept: str) -> str:
    """Convert a name stored in English back to a translatable text."""
    if kept == UNKNOWN:
        return UNKNOWN
    browser, on, system = kept.partition(" on ")
    if not on:
        return kept
    found = SOME_BROWSER.with_values(system=system)
    return found if kept == found else KNOWN.with_values(browser=browser, system=system)
