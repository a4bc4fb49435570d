"""What a list of people is narrowed to, as the fields of a form or an address have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from idp.admin.user_lists import State, Wanted, people_filter
from idp.console.role_texts import ROLE_TEXTS
from idp.kernel.text import Text
from idp.persistence.people_lists import PeopleFilter
from idp.persistence.roles import Role
from idp.persistence.transaction import Transaction
from idp.web.choices import options
from idp.web.context import services
from idp.web.forms import single_value

FIELDS = ("q", "state", "required", "group", "role")
LONGEST = 200
"""Characters of what is typed into a filter."""
NO_GROUP = Text("There is no group of this name.")
STATES = {
    State.OFF: Text("No second step"),
    State.LATE: Text("Late for set-up"),
    State.LOCKED: Text("Locked"),
    State.DISABLED: Text("Disabled"),
}
REQUIREMENTS = {"yes": True, "no": False}


@dataclass(frozen=True)
class Selection:
    """The fields of a filter. `wanted` is what they mean; `errors` are the sentences beside those that mean nothing."""

    fields: dict[str, str]
    wanted: Wanted
    errors: dict[str, Text]

    def filter(self, tx: Transaction) -> PeopleFilter:
        """Return the filter of a list at this time."""
        return people_filter(tx, self.wanted, services().settings)

    def hidden(self) -> list[tuple[str, str]]:
        """Return the fields that a form must carry on."""
        return [(name, value) for name, value in self.fields.items() if value]


def read(tx: Transaction, values: MultiDict[str, str]) -> Selection:
    """Read the fields of a filter; a state, requirement or role that does not exist is none."""
    fields = {name: single_value(values, name, longest=LONGEST).strip() for name in FIELDS}
    group = tx.groups.by_name(fields["group"])
    unknown = bool(fields["group"]) and group is None
    wanted = Wanted(
        prefix=fields["q"],
        state=State(fields["state"]) if fields["state"] in [*State] else None,
        required=REQUIREMENTS.get(fields["required"]),
        role=Role(fields["role"]) if fields["role"] in [*Role] else None,
        group_id=group.id if group else "-" if unknown else "",
    )
    return Selection(fields, wanted, {"group": NO_GROUP} if unknown else {})


def state_options(chosen: State | None) -> list[dict[str, Any]]:
    """Return the choices of the filter by state."""
    return options(STATES, chosen, without=Text("Everybody"))


def requirement_options(*, chosen: bool | None) -> list[dict[str, Any]]:
    """Return the choices of the filter by "2FA Required"."""
    titles = {"yes": Text("Required"), "no": Text("Not required")}
    value = next((name for name, required in REQUIREMENTS.items() if required is chosen), None)
    return options(titles, value, without=Text("Any"))


def role_options(chosen: Role | None) -> list[dict[str, Any]]:
    """Return the choices of the filter by role."""
    titles = {role: title for role, (title, _) in ROLE_TEXTS.items()}
    return options(titles, chosen, without=Text("Any"))
