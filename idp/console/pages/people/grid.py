"""The grid of people: search, filters, sorting, pages; and what can be done to several of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from idp.admin.bulk_changes import BulkChange
from idp.admin.permissions import Permission
from idp.admin.user_lists import State
from idp.console import paging, responses
from idp.console.guard import Admin, views
from idp.console.pages.people import rows, selection
from idp.kernel.text import Text
from idp.persistence.people_lists import FOUND_KEY_TYPES, KEY_TYPES, PeopleOrder, key_of
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.choices import options
from idp.web.forms import single_value

blueprint = Blueprint("grid", __name__)
NOTICES = {"deleted": Text("The account is deleted."), "changed": Text("The people are changed.")}


@dataclass(frozen=True)
class Sorting:
    """One choice of the list "Sort by"."""

    title: Text
    order: PeopleOrder
    descending: bool = False


SORTINGS = {
    "username": Sorting(Text("User name"), PeopleOrder.USERNAME),
    "name": Sorting(Text("Name"), PeopleOrder.NAME),
    "newest": Sorting(Text("Last sign-in, newest first"), PeopleOrder.LAST_SIGN_IN, descending=True),
    "oldest": Sorting(Text("Last sign-in, oldest first"), PeopleOrder.LAST_SIGN_IN),
}
BULK_TITLES = {
    BulkChange.REQUIRE: Text("Require a second step"),
    BulkChange.DO_NOT_REQUIRE: Text("Do not require a second step"),
    BulkChange.ADD_TO_GROUP: Text("Add to a group"),
    BulkChange.DISABLE: Text("Disable"),
    BulkChange.INVITE: Text("Invite again"),
}


@blueprint.get(console_paths.PEOPLE, strict_slashes=False)
@views(Permission.VIEW_PEOPLE)
def show_page(tx: Transaction, admin: Admin) -> Response:
    """Show one page of the people that the filter names."""
    chosen = selection.read(tx, request.args)
    sort = single_value(request.args, "sort", longest=20)
    sort = sort if sort in SORTINGS else "username"
    sorting, wanted = SORTINGS[sort], chosen.filter(tx)
    position = paging.position(FOUND_KEY_TYPES if wanted.prefix else KEY_TYPES[sorting.order])
    page = tx.people.page(wanted, position, limit=paging.PAGE, order=sorting.order, descending=sorting.descending)
    locked = chosen.wanted.state is State.LOCKED
    return responses.render(
        admin,
        "console/people/grid.html",
        notices=NOTICES,
        status=200,
        errors=chosen.errors,
        people=rows.list_rows(tx, page.records, locked=locked),
        pages=paging.links(page, lambda user: key_of(user, wanted, sorting.order)),
        fields=chosen.fields,
        filtered=bool(chosen.hidden()),
        hidden=[{"name": name, "value": value} for name, value in chosen.hidden()],
        states=selection.state_options(chosen.wanted.state),
        requirements=selection.requirement_options(chosen=chosen.wanted.required),
        roles=selection.role_options(chosen.wanted.role),
        sortings=options({name: each.title for name, each in SORTINGS.items()}, sort),
        **_changes(admin),
    )


def _changes(admin: Admin) -> dict[str, Any]:
    """Return what this administrator may do to several people."""
    return {
        "may_change": admin.may(Permission.CHANGE_PEOPLE),
        "changes": options(BULK_TITLES),
        "people_href": console_paths.PEOPLE,
        "new_href": console_paths.NEW_PERSON,
        "change_href": console_paths.CHANGE_MANY,
        "export_action": console_paths.EXPORT_PEOPLE,
    }
