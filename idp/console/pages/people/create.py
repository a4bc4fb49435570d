"""A new person: they get a mailed link and choose their password; no administrator ever knows it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.admin import Refused, invitations, users
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, guarded_as, views
from idp.console.pages.people import required_choice
from idp.console.pages.people.required_choice import NotConfirmed
from idp.kernel.text import Text
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import is_checked, single_value

FIELDS = ("username", "name", "email")
NO_EMAIL = Text("Enter the address that the invitation goes to.")

blueprint = Blueprint("create", __name__)


@blueprint.get(console_paths.NEW_PERSON)
@views(Permission.CHANGE_PEOPLE)
def show_form(_: Transaction, admin: Admin, refused: Refused | None = None) -> Response:
    """Show the form, with what was typed if that was refused."""
    return responses.render(
        admin,
        "console/people/new.html",
        errors=refused.fields if refused else None,
        values={name: single_value(request.form, name) for name in FIELDS},
        required=required_choice.required_options(required=required_choice.is_wanted()),
        send=is_checked(request.form, "send") or not refused,
        days=invitations.INVITATION_DAYS,
        back_href=console_paths.PEOPLE,
    )


@changes(Permission.CHANGE_PEOPLE)
def _add(tx: Transaction, _: Admin) -> Response:
    username, name, email = (single_value(request.form, field).strip() for field in FIELDS)
    if not email:
        raise Refused(NO_EMAIL, field="email")
    required = required_choice.is_wanted()
    wanted = users.make_user(services().entropy, username=username, email=email, name=name or None, required=required)
    user = users.add(tx, wanted)
    if required:
        required_choice.require_confirmation()
    done = "created"
    if is_checked(request.form, "send"):
        invitations.invite(tx, user, services().entropy, services().sealer)
        done = "invite"
    return responses.redirect_done(console_paths.person_path(user.id), done)


@blueprint.post(console_paths.NEW_PERSON)
@guarded_as(_add)
def submit_form() -> Response:
    """Add the person; a refused value is shown beside its field, and nothing is stored."""
    try:
        return _add()
    except Refused as refused:
        return show_form(refused)
    except NotConfirmed:
        return _show_form()


@views(Permission.CHANGE_PEOPLE)
def _show_form(_: Transaction, admin: Admin) -> Response:
    name = single_value(request.form, "name") or single_value(request.form, "username")
    return required_choice.confirm(admin, name, back=console_paths.NEW_PERSON)
