"""Changes of one person, each behind a question: `GET` asks, `POST` does it.

The table has everything that differs; a change that is refused shows the question again with the reason.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from idp.admin import Refused
from idp.console import responses
from idp.console.guard import Admin, changes, guarded_as, views
from idp.console.pages.find import find_person
from idp.console.pages.people.action_table import ACTIONS, OWN_ACCOUNT, PersonAction
from idp.console.responses import Confirmation
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.web import console_paths
from idp.web.forms import single_value

VALUE = "value"
LONGEST_VALUE = 100

blueprint = Blueprint("actions", __name__)


def _add_routes(action: PersonAction) -> None:
    """Register the question and the change of one action."""

    @views(action.permission, recent=action.recent)
    def show_question(tx: Transaction, admin: Admin, user_id: str, refused: Refused | None = None) -> Response:
        user = find_person(tx, admin, user_id)
        return _show_form(admin, action, user, refused)

    @changes(action.permission, recent=action.recent)
    def change(tx: Transaction, admin: Admin, user_id: str) -> Response:
        user = find_person(tx, admin, user_id)
        if user.id == admin.user.id and not action.on_oneself:
            raise Refused(OWN_ACCOUNT)
        action.run(tx, admin.actor, user, single_value(request.form, VALUE, longest=LONGEST_VALUE))
        if action.ends_account:
            return responses.redirect_done(console_paths.PEOPLE, "deleted")
        return responses.redirect_done(console_paths.person_path(user_id), action.name)

    @guarded_as(change)
    def submit(user_id: str) -> Response:
        try:
            return change(user_id)
        except Refused as refused:  # the change was rolled back
            return show_question(user_id, refused)

    path = console_paths.person_action("<person:user_id>", action.name)
    _add_route(path, f"show_{action.name}", show_question, "GET")
    _add_route(path, f"submit_{action.name}", submit, "POST")


def _add_route(path: str, name: str, view: Callable[..., Response], method: str) -> None:
    blueprint.add_url_rule(path, name.replace("-", "_"), view, methods=[method])


def _show_form(admin: Admin, action: PersonAction, user: User, refused: Refused | None) -> Response:
    value = single_value(request.values, VALUE, longest=LONGEST_VALUE)
    question = Confirmation(
        question=action.question.with_values(name=user.display_name),
        lead=action.lead,
        points=action.points,
        button=action.button,
        back=console_paths.person_path(user.id),
        fields=[(VALUE, value)] if value else (),
        danger=action.danger,
    )
    return responses.confirm(admin, question, status=409 if refused else 200, error=refused.text if refused else None)


for each in ACTIONS.values():
    _add_routes(each)
