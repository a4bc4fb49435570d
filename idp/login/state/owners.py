"""Owners who could sign in to the console, by the functions that real sign-ins use.

    lock_owners ──▶ active owners with a password or a factor ──simulated sign-in──▶ can one of them get in?

A change of people, roles or groups that leaves none is refused: nobody could undo it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from idp.config import Settings
from idp.login.policy.assurance import Level
from idp.login.policy.requirement import AuthRequirement
from idp.login.policy.rules import RuleSet
from idp.login.state import person as people
from idp.login.state.simulation import simulate_sign_in
from idp.persistence.transaction import Transaction

CONSOLE_REQUIREMENT = AuthRequirement(min_level=Level.MFA)
"""What each page of the console requires, beside how recent the second factor must be."""


def can_administer(
    tx: Transaction, user_ids: Iterable[str], settings: Settings, *, address: str, rules: RuleSet | None = None
) -> bool:
    """Whether one of these people could sign in to the console from this address under these rules.

    They may set up what is missing. `rules` None: those in force. An empty `address` is in no network.
    """
    for user_id in sorted(user_ids):
        user = tx.users.by_id(user_id)
        if user is None:
            continue
        person = people.load(tx, user, settings)
        at = replace(person.circumstances, address=address)
        person = replace(person, rules=person.rules if rules is None else rules, circumstances=at)
        if simulate_sign_in(tx, person, CONSOLE_REQUIREMENT).done:
            return True
    return False


def is_an_owner_left(tx: Transaction, settings: Settings, *, without: str = "") -> bool:
    """Whether an owner could sign in, from here and from anywhere; locks as `RoleStore.lock_owners`.

    `without` is the id of a person who is about to go.
    """
    owners = tx.roles.lock_owners() - {without}
    return all(can_administer(tx, owners, settings, address=address) for address in {"", tx.origin.address})


def is_last_owner(tx: Transaction, user_id: str, settings: Settings) -> bool:
    """Whether this is an owner, and no other one could sign in; locks as `RoleStore.lock_owners`."""
    return user_id in tx.roles.lock_owners() and not is_an_owner_left(tx, settings, without=user_id)
