"""Who is counted together with whom when secrets are guessed: lanes, and their limits. Pure.

A password and a second-step code have counters of their own, so that clearing the one tells nothing about the other.
Attempts from a browser where the person has signed in before (a *known* device, proven by its cookie) run in that
device's own lane: a stranger who uses up the common lane cannot lock the person out of it. Names nobody has are
counted like names somebody has, so that the limit does not tell which exist.
"""

from __future__ import annotations

import ipaddress

from idp.config import Settings
from idp.kernel.clock import DAY, HOUR, MINUTE
from idp.kernel.handles import digest
from idp.persistence.throttles import Limit
from idp.persistence.users import lookup_key

STRANGERS = "strangers"

RESET_LIMIT = Limit(1, 20 * MINUTE, 72, DAY)
"""Mails offering a new password, per account: three an hour. A link lives longer than the pause, so while the lane is
shut one that works is in the mailbox: strangers can neither flood it nor keep its owner out."""
SEND_LIMIT = Limit(5, 15 * MINUTE, 20, DAY)
"""Codes sent to one person by one channel."""
RECEIVE_LIMIT = Limit(10, 15 * MINUTE, 40, DAY)
"""Codes that one mailbox or number gets: from one person who has proven it, and from all together who have not."""
ADDRESS_LIMIT = Limit(10, 15 * MINUTE, 50, DAY)
"""How often one network may ask for them, whomever they are about."""
STRENGTH_LIMIT = Limit(300, 15 * MINUTE, 3000, DAY)
"""How often one person is told how strong what they type is: several long tries at choosing a password."""
CONTACT_LIMIT = Limit(5, HOUR, 20, DAY)
"""Links that confirm a new address, per account."""
MAILBOX_LIMIT = Limit(3, HOUR, 6, DAY)
"""The same per address they go to, whoever asks: no crowd of accounts floods one mailbox."""


def password_bucket(identifier: str, user_id: str | None, device_id: str | None) -> str:
    """The lane of a password attempt. Identifiers are digested: people type passwords into the wrong field."""
    who = f"user:{user_id}" if user_id else f"name:{digest(lookup_key(identifier))}"
    return f"password:{who}:{device_id or STRANGERS}"


def code_bucket(user_id: str, device_id: str | None) -> str:
    """The lane of second-step codes, recovery codes included."""
    return f"code:user:{user_id}:{device_id or STRANGERS}"


def proving_bucket(user_id: str) -> str:
    """The lane of codes that prove an address or number of somebody who is signed in."""
    return f"proving:user:{user_id}"


def sending_buckets(
    user_id: str, channel: str, address: str, device_id: str | None, *, proven: bool
) -> tuple[tuple[str, Limit], ...]:
    """What sending one code costs: a place in the person's lane, and one in that of whoever gets it.

    A known device has a lane of its own here too. Who gets messages is protected from all accounts together, with room
    for more than a stranger's share, so that one who has the password cannot keep the owner from a code. What a person
    has `proven` is counted for them alone, or two accounts could keep the owner of a number they know from every code.
    """
    who = f"send:user:{user_id}:{channel}:{device_id or STRANGERS}"
    to = f"send:to:{digest(lookup_key(address))}" + (f":{user_id}" if proven else "")
    return (who, SEND_LIMIT), (to, RECEIVE_LIMIT)


def reset_bucket(identifier: str, user_id: str | None) -> str:
    """The lane of mails that offer a new password; as with passwords, nobody's names are counted like somebody's."""
    who = f"user:{user_id}" if user_id else f"name:{digest(lookup_key(identifier))}"
    return f"reset:{who}"


def network_bucket(address: str) -> str:
    """The lane of everybody who asks for such mails from one network; of IPv6 the /64 that one subscriber has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "reset:address:unknown"
    network = ipaddress.ip_network((found, 64 if isinstance(found, ipaddress.IPv6Address) else 32), strict=False)
    return f"reset:address:{network}"


def contact_bucket(user_id: str) -> str:
    """The lane of links that a person has sent to new addresses of theirs."""
    return f"contact:user:{user_id}"


def mailbox_bucket(address: str) -> str:
    """The lane of such links to one address, whoever has them sent; it is counted alike whether it is somebody's."""
    return f"contact:to:{digest(lookup_key(address))}"


def strength_bucket(user_id: str) -> str:
    """The lane of questions how strong a new password would be."""
    return f"strength:user:{user_id}"


def password_bucket_prefix(user_id: str) -> str:
    """Prefix of every password lane of a person."""
    return f"password:user:{user_id}:"


def bucket_prefixes(user_id: str) -> tuple[str, ...]:
    """Prefixes of every lane in which a person's secrets are guessed, for an administrator to open."""
    return password_bucket_prefix(user_id), f"code:user:{user_id}:", proving_bucket(user_id)


def password_limit(settings: Settings) -> Limit:
    """Failed passwords per lane. No limit in a row: strangers could use it to lock people out for good."""
    return Limit(settings.throttle_per_quarter_hour, 15 * MINUTE, settings.throttle_per_day, DAY)


def code_limit(settings: Settings) -> Limit:
    """Wrong codes per lane; six digits also need an end to a long run (NIST SP 800-63B section 3.2.2)."""
    in_a_row = settings.throttle_codes_in_a_row
    return Limit(settings.throttle_per_quarter_hour, 15 * MINUTE, settings.throttle_per_day, DAY, in_a_row)
