"""Bounds on audit rows that a caller can cause again and again."""

from __future__ import annotations

from dataclasses import dataclass

from idp.kernel.client_addresses import network_of
from idp.kernel.clock import HOUR
from idp.persistence.transaction import Transaction

MOST_KNOWN = 50
"""Rows an hour of one event and outcome about one person, or else one client."""
MOST_UNKNOWN = 10
"""The same of one network, about nobody we know."""
MOST_OF_NAMES = 100
"""The same of tries at names, which are counted by network whether or not the name exists: an office shares one."""


@dataclass(frozen=True)
class Bound:
    """The bucket that repeated events are counted in, and how many of them are stored in an hour."""

    bucket: str
    most: int

    def is_stored(self, number: int) -> bool:
        """Whether the event with this number is stored: the first `most`, then each power of ten."""
        return number <= self.most or number == 10 ** (len(str(number)) - 1)

    def count(self, tx: Transaction) -> int:
        """Count one event in this hour, in one statement; return its number."""
        return tx.throttles.increment(f"audit:{self.bucket}", HOUR)


def _network(tx: Transaction) -> str:
    """Return where an event came from.

    Clients without an address are counted together: this refuses nothing, and else they would fill the disk.
    """
    return network_of(tx.origin.address) or "unknown"


def bound_of_names(tx: Transaction, what: str) -> Bound:
    """Return the bound of tries at names: of the network, since one of the person would reveal which names exist."""
    return Bound(f"{what}:network:{_network(tx)}", MOST_OF_NAMES)


def bound_for(tx: Transaction, what: str, *, user_id: str | None, client_id: str | None) -> Bound:
    """Return the bound of an event: of its person, else client, else network.

    `what` is the kind of event that is counted.
    """
    if user_id:
        return Bound(f"{what}:user:{user_id}", MOST_KNOWN)
    if client_id:
        return Bound(f"{what}:client:{client_id}", MOST_KNOWN)
    return Bound(f"{what}:network:{_network(tx)}", MOST_UNKNOWN)
