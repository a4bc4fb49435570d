"""Rate limits: the buckets that attempts and messages are counted in, and their limits. Pure.

Passwords and second-step codes are counted separately, so that resetting one reveals nothing about the other. Attempts
from a *known* device (where the person has signed in before, proven by its cookie) have a bucket of their own: a
stranger who uses up the common one cannot lock the person out. Names that no user has are counted like those of users,
so that the limit does not reveal which exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.config import Settings
from idp.kernel.clock import DAY, HOUR, MINUTE
from idp.kernel.handles import digest
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.throttles import Limit, network_bucket

STRANGERS = "strangers"
PASSWORD_BUCKETS = "password:user:"  # noqa: S105 - the name of a counter
CODE_BUCKETS = "code:user:"
"""Prefixes of the buckets of each person, by id."""
LOGIN_FLOW_WINDOW = 15 * MINUTE
"""Seconds in which `login_flows_per_network` is counted."""

RESET_LIMIT = Limit(1, 20 * MINUTE, 72, DAY)
"""Password reset mails per account: three an hour. A link lives longer than the pause, so while the limit is reached a
valid one is in the mailbox: strangers can neither flood it nor keep its owner out."""
SEND_LIMIT = Limit(5, 15 * MINUTE, 20, DAY)
"""Codes sent to one person by one channel."""
RECEIVE_LIMIT = Limit(10, 15 * MINUTE, 40, DAY)
"""Codes to one mailbox or number: from one person who has proven it, or from all together who have not."""
ADDRESS_LIMIT = Limit(10, 15 * MINUTE, 50, DAY)
"""Password reset mails requested from one network, for any account; likewise links to create one."""
STRENGTH_LIMIT = Limit(300, 15 * MINUTE, 3000, DAY)
"""Password strength checks per person: several long attempts to choose a password."""
CONTACT_LIMIT = Limit(5, HOUR, 20, DAY)
"""Links that confirm a new address, per account."""
MAILBOX_LIMIT = Limit(3, HOUR, 6, DAY)
"""The same per recipient, so that many accounts together cannot flood one mailbox."""

USER_CODE_LIMIT = Limit(20, 15 * MINUTE, 100, DAY)
"""Codes of devices typed in one network: one of 25,600,000,000 is to be guessed in ten minutes."""
DEVICE_LIMIT = Limit(100, 15 * MINUTE, 1000, DAY)
"""Sign-ins that devices of one network ask for."""

CIBA_CLIENT_LIMIT = Limit(6000, 15 * MINUTE, 200_000, DAY)
"""Sign-ins that one client asks for itself (CIBA), for all people together."""

WARNING_LIMIT = Limit(1, DAY, 1, DAY)
"""Mails to one person about wrong codes after the right password."""
WARN_AFTER = 5
"""Wrong codes in 15 minutes after which that mail is sent."""


@dataclass(frozen=True)
class PasswordBuckets:
    """The buckets of one password attempt.

    `name` counts by what was typed, `person` by whose it is; only `name` decides what a stranger is told, or tries at
    the user name would reveal that an address belongs to the same account. `network` counts wrong passwords alone.
    """

    name: str
    person: str
    network: str | None


def password_buckets(identifier: str, user_id: str | None, device_id: str | None, address: str) -> PasswordBuckets:
    """Return the buckets of a password attempt.

    Names are digested: people type passwords into the wrong field. A name that nobody has counts in as many buckets. A
    known device has one of its own, and no share in what its network did.
    """
    if user_id and device_id:
        own = f"{PASSWORD_BUCKETS}{user_id}:{device_id}"
        return PasswordBuckets(own, own, None)
    key = digest(lookup_key(identifier))
    return PasswordBuckets(
        name=f"password:name:{key}",
        person=f"{PASSWORD_BUCKETS}{user_id}:{STRANGERS}" if user_id else f"password:nobody:{key}",
        network=network_bucket("password", address),
    )


def code_bucket(user_id: str, device_id: str | None) -> str:
    """Return the bucket of second-step codes, recovery codes included."""
    return f"{CODE_BUCKETS}{user_id}:{device_id or STRANGERS}"


def current_password_bucket(user_id: str) -> str:
    """Return the bucket of current passwords, typed to change the password of a signed-in person."""
    return f"current-password:user:{user_id}:"  # reset by prefix: no id may be the beginning of another


def warning_bucket(user_id: str) -> str:
    """Return the bucket of mails about wrong codes."""
    return f"warning:user:{user_id}"


def proving_bucket(user_id: str) -> str:
    """Return the bucket of codes that prove an address or number of a signed-in person."""
    return f"proving:user:{user_id}:"  # as above


def sending_buckets(
    user_id: str, channel: str, address: str, device_id: str | None, *, proven: bool
) -> tuple[tuple[str, Limit], ...]:
    """Return the buckets of one sent code, each with its limit: that of the sender and that of the recipient.

    A known device has a bucket of its own here too. A recipient is protected from all accounts together, with a limit
    above a stranger's, so that whoever has the password cannot keep the owner from a code. An address the person has
    `proven` is counted for them alone, or two accounts could keep the owner of a number from every code.
    """
    sender = f"send:user:{user_id}:{channel}:{device_id or STRANGERS}"
    recipient = f"send:to:{digest(lookup_key(address))}" + (f":{user_id}" if proven else "")
    return (sender, SEND_LIMIT), (recipient, RECEIVE_LIMIT)


def new_number_bucket(address: str) -> str | None:
    """Return the bucket of codes that one network has sent to numbers which their people have not proven."""
    return network_bucket("new-number", address)


def reset_bucket(identifier: str, user_id: str | None) -> str:
    """Return the bucket of password reset mails; names that no user has are counted too, as for passwords."""
    who = f"user:{user_id}" if user_id else f"name:{digest(lookup_key(identifier))}"
    return f"reset:{who}"


def reset_network_bucket(address: str) -> str | None:
    """Return the bucket of password reset mails of one network."""
    return network_bucket("reset", address)


def user_code_bucket(address: str) -> str | None:
    """Return the bucket of typed codes of devices of one network."""
    return network_bucket("user-code", address)


def device_bucket(address: str) -> str | None:
    """Return the bucket of sign-ins that devices of one network ask for."""
    return network_bucket("device", address)


def ciba_buckets(hint: str, user_id: str | None) -> tuple[str, str]:
    """Return the buckets of a sign-in that a client asks for: by what was sent, and by whom it means.

    As for passwords, only the first decides what the client is told: the other would reveal that a user name and an
    address belong to the same account. A name that nobody has counts in as many buckets.
    """
    key = digest(lookup_key(hint))
    return f"ciba:name:{key}", f"ciba:user:{user_id}" if user_id else f"ciba:nobody:{key}"


def ciba_client_bucket(client_id: str) -> str:
    """Return the bucket of sign-ins that one client asks for."""
    return f"ciba:client:{client_id}"


def contact_bucket(user_id: str) -> str:
    """Return the bucket of links that one account sends to new addresses."""
    return f"contact:user:{user_id}"


def mailbox_bucket(address: str) -> str:
    """Return the bucket of such links to one address, known or not."""
    return f"contact:to:{digest(lookup_key(address))}"


def registration_network_bucket(address: str) -> str | None:
    """Return the bucket of links to create an account of one network."""
    return network_bucket("register", address)


def strength_bucket(user_id: str) -> str:
    """Return the bucket of password strength checks."""
    return f"strength:user:{user_id}"


def password_bucket_prefixes(user_id: str, *names: str | None) -> tuple[str, ...]:
    """Return the prefixes of a person's password buckets; `names` are user name and address."""
    return f"{PASSWORD_BUCKETS}{user_id}:", *(f"password:name:{digest(lookup_key(name))}" for name in names if name)


def bucket_prefixes(user_id: str, *names: str | None) -> tuple[str, ...]:
    """Return the prefixes of every bucket of guesses at a person's secrets."""
    return (
        *password_bucket_prefixes(user_id, *names),
        current_password_bucket(user_id),
        f"{CODE_BUCKETS}{user_id}:",
        proving_bucket(user_id),
    )


def password_limit(settings: Settings) -> Limit:
    """Return the limit of failed passwords. None in a row: strangers could use it to lock people out for good."""
    return _limit_of_tries(settings)


def ciba_limit(settings: Settings) -> Limit:
    """Return the limit of sign-ins that clients ask for by one name, and of the mails that one person gets."""
    return _limit_of_tries(settings)


def network_limit(settings: Settings) -> Limit:
    """Return the limit of one network: wrong passwords for all names together, against spraying; codes to new numbers.

    The latter cost money: whoever earns by them could make any number of accounts, and each has a limit of its own.
    """
    per_quarter_hour, per_day = settings.throttle_network_per_quarter_hour, settings.throttle_network_per_day
    return Limit(per_quarter_hour, 15 * MINUTE, per_day, DAY)


def code_limit(settings: Settings) -> Limit:
    """Return the limit of wrong codes; six digits also need one in a row (NIST SP 800-63B section 3.2.2)."""
    return _limit_of_tries(settings, settings.throttle_codes_in_a_row)


def _limit_of_tries(settings: Settings, in_a_row: int | None = None) -> Limit:
    return Limit(settings.throttle_per_quarter_hour, 15 * MINUTE, settings.throttle_per_day, DAY, in_a_row)
