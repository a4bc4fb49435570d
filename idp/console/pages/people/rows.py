"""What pages show of a person's second step and state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from idp.admin import invitations, users
from idp.admin.users import SecondStep
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.policy.methods import Method
from idp.login.state.policy_rules import present_rules
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.web import console_paths
from idp.web.context import services


def list_rows(tx: Transaction, people: Sequence[User], *, locked: bool = False) -> list[dict[str, Any]]:
    """Return the rows of these people in the grid; rules and groups are read once for all."""
    rules, groups = present_rules(tx), tx.groups.ids_of_users(user.id for user in people)
    settings = services().settings
    rows = []
    for user in people:
        on = bool(user.factor_kinds)
        status = users.second_step_status(
            user, on=on, settings=settings, now=tx.now, rules=rules, group_ids=groups[user.id]
        )
        rows.append(_row(user, status, locked=locked))
    return rows


def _row(user: User, status: SecondStep, *, locked: bool) -> dict[str, Any]:
    return {
        "id": user.id,
        "href": console_paths.person_path(user.id),
        "name": str(user.profile.get("name") or ""),
        "username": user.username,
        "email": user.email or "",
        "last_sign_in": Moment(user.last_sign_in_at) if user.last_sign_in_at else Text("Never"),
        "state": state(user, locked=locked),
        "kinds": kind_names(user),
        "on": status.on,
        "required": status.required,
        "late": status.late,
        "due": Moment(status.due_at) if status.due_at and not status.late else "",
    }


def kind_names(user: User) -> list[str]:
    """Return the names of the kinds of second step that a person has, the most secure first."""
    own = user.factor_kinds.split()
    return [method.spec.name for method in Method if method in own]


def state(user: User, *, locked: bool = False) -> dict[str, Any]:
    """Return the state of an account in a word, and its tone."""
    if not user.active:
        return {"title": Text("Disabled"), "tone": "off"}
    if locked:
        return {"title": Text("Locked"), "tone": "low"}
    if invitations.is_invited(user):
        return {"title": Text("Invited"), "tone": "low"}
    return {"title": Text("Active"), "tone": "on"}
