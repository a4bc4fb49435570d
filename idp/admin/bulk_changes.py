"""One change of many people, in batches: each batch is a transaction, and the next one continues after its last id.

    start    a filter or some ids  ->  confirmation that names how many
    batch    find the next people by id  ->  the use case for each  ->  how many were changed, and how many could not be

Whoever the actor may not change, or whom the use case refuses, is skipped and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from idp.admin import Forbidden, Refused, groups, invitations, users
from idp.admin.permissions import Actor
from idp.config import Settings
from idp.kernel.entropy import Entropy
from idp.kernel.text import Text
from idp.messaging.sealed_secrets import Sealing
from idp.persistence.groups import Group
from idp.persistence.people_lists import PeopleFilter
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

BATCH = 100
"""People that one transaction changes: on SQLite all other writers wait for it."""


class BulkChange(StrEnum):
    """What can be done to many people at once."""

    REQUIRE = "require"
    DO_NOT_REQUIRE = "do-not-require"
    ADD_TO_GROUP = "add-to-group"
    DISABLE = "disable"
    INVITE = "invite"


@dataclass(frozen=True, kw_only=True)
class BulkTask:
    """One change, who causes it, and what it needs."""

    change: BulkChange
    actor: Actor
    entropy: Entropy
    sealer: Sealing
    settings: Settings
    group: Group | None = None


@dataclass(frozen=True)
class BatchResult:
    """What came of one batch; `last_id` is empty when nobody was left."""

    changed: int
    skipped: int
    last_id: str


def change_batch(tx: Transaction, task: BulkTask, wanted: PeopleFilter, *, after: str) -> BatchResult:
    """Change the next people of a filter, from the one after the id `after`."""
    found = tx.people.batch(wanted, after=after, limit=BATCH)
    changed = change_each(tx, task, [user.id for user in found])
    return BatchResult(changed, len(found) - changed, found[-1].id if len(found) == BATCH else "")


def change_each(tx: Transaction, task: BulkTask, user_ids: Sequence[str]) -> int:
    """Change these people; return how many were changed."""
    if task.change in {BulkChange.DISABLE, BulkChange.ADD_TO_GROUP}:
        tx.roles.lock_owners()  # before any person
    return sum(_change_one(tx, task, user_id) for user_id in sorted(user_ids))


def _change_one(tx: Transaction, task: BulkTask, user_id: str) -> bool:
    try:
        user = users.find_to_change(tx, task.actor, user_id)
        return user is not None and _apply(tx, task, user)
    except (Forbidden, Refused):
        return False  # each use case refuses before it changes anything


def _apply(tx: Transaction, task: BulkTask, user: User) -> bool:
    match task.change:
        case BulkChange.REQUIRE | BulkChange.DO_NOT_REQUIRE:
            required = task.change is BulkChange.REQUIRE
            if user.second_step_required == required:
                return False
            users.require_second_step(tx, user, required=required)
        case BulkChange.DISABLE:
            if not user.active or user.id == task.actor.user_id:
                return False
            users.disable(tx, user, task.settings)
        case BulkChange.INVITE:
            invitations.invite(tx, user, task.entropy, task.sealer)
        case BulkChange.ADD_TO_GROUP:
            if task.group is None:
                raise Refused(Text("Name a group."), field="to_group")
            return groups.add_member(tx, task.actor, task.group, user, task.settings)
    return True
