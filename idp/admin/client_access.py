"""Who may use an app, as administrators choose them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from idp.admin import Refused, clients
from idp.admin.client_rules import Registration
from idp.config import Settings
from idp.kernel.entropy import Entropy
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.groups import Group
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

EVERYBODY, CHOSEN = "everybody", "chosen"


@dataclass(frozen=True)
class Chosen:
    """The people and groups that may use an app, as far as they still exist."""

    people: Sequence[User]
    groups: Sequence[Group]


def load_chosen(tx: Transaction, client: Client) -> Chosen:
    """Return who was chosen, by name."""
    people = tx.users.by_ids(client.allowed_user_ids).values()
    return Chosen(sorted(people, key=lambda user: user.username), tx.groups.by_ids(client.allowed_group_ids))


def add_person(tx: Transaction, client: Client, name: str) -> Registration:
    """Return the registration with one person more; raises `Refused` when nobody has this name."""
    present = clients.registration_of(client)
    return replace(present, allowed_user_ids=_with(present.allowed_user_ids, _find_person(tx, name).id))


def remove_person(tx: Transaction, client: Client, name: str) -> Registration:
    """Return the registration without the person of this name; raises `Refused` when nobody has it."""
    return remove_id(client, _find_person(tx, name).id)


def add_group(tx: Transaction, client: Client, name: str) -> Registration:
    """Return the registration with one group more; raises `Refused` when there is no such group."""
    group = tx.groups.by_name(name)
    if group is None:
        raise Refused(Text("There is no group with this name. Look it up under Groups."))
    present = clients.registration_of(client)
    return replace(present, allowed_group_ids=_with(present.allowed_group_ids, group.id))


def remove_id(client: Client, one_id: str) -> Registration:
    """Return the registration without this person or group."""
    present = clients.registration_of(client)
    return replace(
        present,
        allowed_user_ids=[each for each in present.allowed_user_ids if each != one_id],
        allowed_group_ids=[each for each in present.allowed_group_ids if each != one_id],
    )


def set_access(client: Client, who: str) -> Registration:
    """Return the registration for `everybody`, which forgets who was chosen, or for those who are `chosen`.

    Raises:
        Refused: for anything else.
    """
    if who not in {EVERYBODY, CHOSEN}:
        raise Refused(Text("Choose one of the two."))
    present = replace(clients.registration_of(client), restricted=who == CHOSEN)
    return replace(present, allowed_user_ids=(), allowed_group_ids=()) if who == EVERYBODY else present


def store(tx: Transaction, client: Client, wanted: Registration, entropy: Entropy, settings: Settings) -> None:
    """Store the choice; nothing happens when it is so already. Raises `Refused`."""
    try:
        clients.change(tx, client, wanted, entropy, attesting=settings.attesting)
    except clients.NothingChanged:
        return


def _find_person(tx: Transaction, name: str) -> User:
    user = tx.users.by_identifier(name) if name else None
    if user is None:
        raise Refused(Text("Nobody has this user name or email address. Look it up under People."))
    return user


def _with(present: Sequence[str], one_id: str) -> list[str]:
    return [*dict.fromkeys((*present, one_id))]
