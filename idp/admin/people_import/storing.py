"""Storing people of an import, who were checked before."""

from __future__ import annotations

from collections.abc import Sequence

from idp import audit
from idp.admin import Refused, groups, users
from idp.admin.people_import import NewPerson
from idp.admin.permissions import COMMAND_LINE
from idp.audit import Event
from idp.kernel.entropy import Entropy
from idp.login.enrolment.totp import UNKNOWN_LABEL
from idp.login.policy.methods import Method
from idp.messaging.sealed_secrets import Sealing
from idp.persistence.factors import Factor
from idp.persistence.groups import Group
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.transaction import Transaction

BATCH = 100
"""People that one transaction stores: on SQLite all other writers wait for it."""


def store_people(tx: Transaction, people: Sequence[NewPerson], entropy: Entropy, sealer: Sealing) -> list[NewPerson]:
    """Store these people; return those who were left out, because somebody has their name, address or subject.

    Raises:
        Refused: a group was given a role since the check, an app has the id of a person, or a name was taken at this
            moment; the transaction must be rolled back.
    """
    found = dict[str, Group]()
    here = [person for person in people if _is_here(tx, person)]
    for person in people:
        if person in here:
            continue
        if tx.clients.by_id(person.user.id):
            raise Refused(f"{person.place}: subject: An app has the id {person.user.id!r}.")
        users.add(tx, person.user, imported=True)
        if person.totp_seed:
            _add_totp(tx, person, entropy, sealer)
        for name in person.groups:
            key = lookup_key(name)
            if key not in found:
                found[key] = _find_or_add_group(tx, name, entropy)
            tx.groups.add_member(found[key].id, person.user.id)
            audit.record(
                tx, Event.GROUP_MEMBER_ADDED, user_id=person.user.id, group=found[key].name, group_id=found[key].id
            )
    return here


def _is_here(tx: Transaction, person: NewPerson) -> bool:
    user = person.user
    names = filter(None, (user.username, user.email))
    return tx.users.by_id(user.id) is not None or any(tx.users.by_identifier(name) for name in names)


def _add_totp(tx: Transaction, person: NewPerson, entropy: Entropy, sealer: Sealing) -> None:
    factor_id = entropy.token(12)
    sealed = sealer.seal(str(person.totp_seed).encode(), row=factor_id)
    tx.factors.add(
        Factor(id=factor_id, kind=Method.TOTP, label=UNKNOWN_LABEL, user_id=person.user.id, sealed_secret=sealed)
    )
    audit.record(tx, Event.FACTOR_ADDED, user_id=person.user.id, method=Method.TOTP, factor_id=factor_id)


def _find_or_add_group(tx: Transaction, name: str, entropy: Entropy) -> Group:
    group = tx.groups.by_name(name) or groups.add(tx, COMMAND_LINE, entropy, name=name)
    tx.groups.lock(group.id)  # before its roles are read: it may be given one at this moment
    if groups.roles_of(tx, group):
        raise Refused(f"Members of {name!r} get a role. Take it out of the file.")
    return group
