"""Who is counted together with whom when secrets are guessed: lanes, and their limits. Pure.

A password and a second-step code have counters of their own, so that clearing the one tells nothing about the other.
Attempts from a browser where the person has signed in before (a *known* device, proven by its cookie) run in that
device's own lane: a stranger who uses up the common lane cannot lock the person out of it. Names nobody has are
counted like names somebody has, so that the limit does not tell which exist.
"""

from __future__ import annotations

from idp.config import Settings
from idp.kernel.clock import DAY, MINUTE
from idp.kernel.handles import digest
from idp.persistence.throttles import Limit
from idp.persistence.users import lookup_key

STRANGERS = "strangers"


def password_lane(identifier: str, user_id: str | None, device_id: str | None) -> str:
    """The lane of a password attempt. Identifiers are digested: people type passwords into the wrong field."""
    who = f"user:{user_id}" if user_id else f"name:{digest(lookup_key(identifier))}"
    return f"password:{who}:{device_id or STRANGERS}"


def code_lane(user_id: str, device_id: str | None) -> str:
    """The lane of second-step codes, recovery codes included."""
    return f"code:user:{user_id}:{device_id or STRANGERS}"


def lanes_of(user_id: str) -> tuple[str, str]:
    """Prefixes of every lane of a person, for an administrator to open."""
    return f"password:user:{user_id}:", f"code:user:{user_id}:"


def password_limit(settings: Settings) -> Limit:
    """Failed passwords per lane. No limit in a row: strangers could use it to lock people out for good."""
    return Limit(settings.throttle_per_quarter_hour, 15 * MINUTE, settings.throttle_per_day, DAY)


def code_limit(settings: Settings) -> Limit:
    """Wrong codes per lane; six digits also need an end to a long run (NIST SP 800-63B section 3.2.2)."""
    in_a_row = settings.throttle_codes_in_a_row
    return Limit(settings.throttle_per_quarter_hour, 15 * MINUTE, settings.throttle_per_day, DAY, in_a_row)
