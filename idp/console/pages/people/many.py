"""One change of several people: a question that names how many, then batch after batch with the progress.

The next batch is a form: a script sends it, and without scripts a button does. What was done stays done.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, request

from idp.admin import groups
from idp.admin.bulk_changes import BatchResult, BulkChange, BulkTask, change_batch
from idp.admin.permissions import Permission
from idp.console import guard, responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.people import selection
from idp.console.pages.people.selection import NO_GROUP, Selection
from idp.console.responses import Confirmation, Progress
from idp.console.role_texts import ROLE_TEXTS
from idp.kernel.text import Text, plural
from idp.persistence.groups import Group
from idp.persistence.people_lists import PeopleFilter
from idp.persistence.roles import Role
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import is_storable, parse_number, single_value

CHOSEN, EVERYBODY = "chosen", "all"
ROLES = "roles"
OWNERS_ONLY = Text("The group holds a role, so its members are administrators. Ask an owner of this installation.")
ROLES_CHANGED = Text("The roles of the group changed in the meantime. Look at what follows from it now.")
LONGEST_ID = 64
MOST_CHOSEN = 200

blueprint = Blueprint("many", __name__)


@dataclass(frozen=True)
class Request:
    """What a form or an address asks for; `ids` are those chosen one by one, None: all that the filter finds."""

    change: BulkChange
    selected: Selection
    ids: tuple[str, ...] | None
    group: Group | None
    group_name: str
    held: tuple[Role, ...]
    """Roles that whoever is added to the group gets."""

    @property
    def roles_text(self) -> str:
        """Return these roles as a form carries them on."""
        return " ".join(self.held)

    def filter(self, tx: Transaction) -> PeopleFilter:
        """Return which people it is about."""
        return self.selected.filter(tx) if self.ids is None else PeopleFilter(among=frozenset(self.ids))

    def fields(self) -> list[tuple[str, str]]:
        """Return the fields that a form must carry on."""
        scope = [("scope", EVERYBODY if self.ids is None else CHOSEN), ("change", str(self.change))]
        chosen = [("person", " ".join(self.ids))] if self.ids else []
        roles = [(ROLES, self.roles_text)] if self.held else []
        return [*scope, ("to_group", self.group_name), *roles, *chosen, *self.selected.hidden()]


@blueprint.get(console_paths.CHANGE_MANY)
@views(Permission.CHANGE_PEOPLE, recent=True)
def show_question(tx: Transaction, admin: Admin) -> Response:
    """Ask, naming how many people it is."""
    wanted = _read(tx)
    if wanted.change is BulkChange.ADD_TO_GROUP and wanted.group is None:
        return _explain(
            admin, Text("Which group?"), NO_GROUP if wanted.group_name else Text("Name the group to add to.")
        )
    if wanted.held and not admin.may(Permission.CHANGE_ROLES):
        return _explain(admin, Text("Only owners add to this group"), OWNERS_ONLY)
    total = tx.people.count(wanted.filter(tx))
    if not total:
        return _explain(admin, Text("Nobody was chosen"), Text("Go back, tick some people, and choose again."))
    return responses.confirm(admin, _question(wanted, total))


@blueprint.post(console_paths.CHANGE_MANY)
@changes(Permission.CHANGE_PEOPLE, recent=True, back=console_paths.PEOPLE)
def change_next(tx: Transaction, admin: Admin) -> Response:
    """Change the next batch, and show how many are done."""
    wanted = _read(tx)
    if wanted.held:
        guard.require(tx, Permission.CHANGE_ROLES, recent=True, back=console_paths.PEOPLE)
    if single_value(request.form, ROLES) != wanted.roles_text:
        return responses.confirm(admin, _question(wanted, _number("total")), status=409, error=ROLES_CHANGED)
    task = BulkTask(
        change=wanted.change,
        actor=admin.actor,
        entropy=services().entropy,
        sealer=services().sealer,
        settings=services().settings,
        group=wanted.group,
    )
    after = single_value(request.form, "after", longest=LONGEST_ID)
    result = change_batch(tx, task, wanted.filter(tx), after=after)
    return _show_progress(admin, wanted, result)


def _read(tx: Transaction) -> Request:
    name = single_value(request.values, "change", longest=20)
    if name not in [*BulkChange]:
        abort(400)
    chosen = single_value(request.values, "scope", longest=20) != EVERYBODY
    ids = [each for each in " ".join(request.values.getlist("person")).split()[:MOST_CHOSEN] if is_storable(each)]
    group_name = single_value(request.values, "to_group", longest=selection.LONGEST).strip()
    group = tx.groups.by_name(group_name)
    selected = selection.read(tx, request.values)
    change = BulkChange(name)
    held = tuple(groups.roles_of(tx, group)) if group and change is BulkChange.ADD_TO_GROUP else ()
    return Request(change, selected, tuple(ids) if chosen else None, group, group_name, held)


def _question(wanted: Request, total: int) -> Confirmation:
    return Confirmation(
        question=_title(wanted, total),
        lead=LEADS[wanted.change],
        points=(
            *(Text("Each of them becomes an administrator: {role}.", role=ROLE_TEXTS[role][0]) for role in wanted.held),
            Text("Whoever is so already, and whoever you may not change, is left as they are."),
            Text("A mail tells each of them."),
        ),
        button=plural("Change {count} person", "Change {count} people", count=total),
        back=console_paths.PEOPLE,
        fields=[*wanted.fields(), ("total", str(total))],
        danger=wanted.change is BulkChange.DISABLE or bool(wanted.held),
    )


def _title(wanted: Request, total: int) -> Text:
    match wanted.change:
        case BulkChange.REQUIRE:
            return plural(
                "Require a second step of {count} person?", "Require a second step of {count} people?", count=total
            )
        case BulkChange.DO_NOT_REQUIRE:
            return plural(
                "No longer require a second step of {count} person?",
                "No longer require a second step of {count} people?",
                count=total,
            )
        case BulkChange.ADD_TO_GROUP:
            group = wanted.group.name if wanted.group else ""
            return plural("Add {count} person to {group}?", "Add {count} people to {group}?", count=total, group=group)
        case BulkChange.DISABLE:
            return plural("Disable {count} person?", "Disable {count} people?", count=total)
        case BulkChange.INVITE:
            return plural("Invite {count} person again?", "Invite {count} people again?", count=total)


LEADS = {
    BulkChange.REQUIRE: Text("Whoever has none is led to set it up at the next sign-in, before anything else."),
    BulkChange.DO_NOT_REQUIRE: Text("They may then turn it off. What they have set up stays on until they do."),
    BulkChange.ADD_TO_GROUP: Text("They get what the group gives."),
    BulkChange.DISABLE: Text("They are signed out everywhere and cannot sign in. Nothing is deleted."),
    BulkChange.INVITE: Text("Only those who have not chosen a password yet. The link sent before stops working."),
}


def _show_progress(admin: Admin, wanted: Request, result: BatchResult) -> Response:
    changed, skipped = result.changed + _number("changed"), result.skipped + _number("skipped")
    total = max(_number("total"), changed + skipped)
    counts = [("changed", str(changed)), ("skipped", str(skipped)), ("total", str(total)), ("after", result.last_id)]
    done = changed + skipped
    return responses.show_progress(
        admin,
        Progress(
            title=_title(wanted, total),
            text=Text("{done} of {total} people are done.", done=done, total=total),
            done=done,
            total=total,
            details=(
                plural("{count} person was changed.", "{count} people were changed.", count=changed),
                plural("{count} was left as they were.", "{count} were left as they were.", count=skipped),
            ),
            fields=(*wanted.fields(), *counts),
            finished=not result.last_id,
            back=console_paths.PEOPLE,
            back_label=Text("Back to people"),
        ),
    )


def _number(name: str) -> int:
    return parse_number(single_value(request.form, name)) or 0


def _explain(admin: Admin, title: Text, message: Text) -> Response:
    return responses.render(
        admin, "console/people/nobody.html", status=400, title=title, message=message, people_href=console_paths.PEOPLE
    )
