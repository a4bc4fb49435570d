"""Display names of browsers."""

from __future__ import annotations

import functools

from ua_parser import Domain, Parser
from ua_parser.loaders import load_lazy_builtins

from idp.kernel.text import Text

LONGEST = 500
"""Characters parsed: the header is untrusted and may have any length."""


UNKNOWN = Text("Unknown browser")
SOME_BROWSER = Text("A browser on {system}")
KNOWN = Text("{browser} on {system}")


def browser_name(user_agent: str) -> str:
    """Return the display name for a `User-Agent` header: "Firefox on Windows"."""
    parsed = _parser()(user_agent[:LONGEST], Domain.USER_AGENT | Domain.OS)
    browser = parsed.user_agent.family if parsed.user_agent else "Other"
    system = parsed.os.family if parsed.os else "Other"
    if browser == "Other":
        return UNKNOWN if system == "Other" else SOME_BROWSER.with_values(system=system)
    return browser if system == "Other" else KNOWN.with_values(browser=browser, system=system)


@functools.cache
def _parser() -> Parser:
    """Load the lists of browsers and systems; that of devices is the longest, and is not needed."""
    browsers, systems, _devices = load_lazy_builtins()
    return Parser.from_matchers((browsers, systems, []))


def from_stored_name(kept: str) -> str:
    """Convert a name stored in English back to a translatable text."""
    if kept == UNKNOWN:
        return UNKNOWN
    browser, on, system = kept.partition(" on ")
    if not on:
        return kept
    found = SOME_BROWSER.with_values(system=system)
    return found if kept == found else KNOWN.with_values(browser=browser, system=system)
