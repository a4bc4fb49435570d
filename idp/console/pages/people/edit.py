"""The form of one person: profile, address, number, and whether a second step is required."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from idp.admin import Refused, user_changes, users
from idp.admin.permissions import Permission
from idp.admin.user_changes import ClaimChanges
from idp.console import responses
from idp.console.guard import Admin, changes, guarded_as, views
from idp.console.pages.find import find_person
from idp.console.pages.people import required_choice
from idp.console.pages.people.required_choice import NotConfirmed
from idp.kernel.text import Text
from idp.language import tags, zones
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.recovery import profile_form
from idp.web import console_paths
from idp.web.choices import options_with_stored
from idp.web.context import services
from idp.web.forms import single_value

PATH = console_paths.person_action("<person:user_id>", "edit")
PROFILE = tuple(profile_form.LONGEST)
"""All that people set under *My account*, by the same rules."""
CONTACTS = ("email", "phone_number")

blueprint = Blueprint("edit", __name__)


@blueprint.get(PATH)
@views(Permission.CHANGE_PEOPLE, recent=True)
def show_form(tx: Transaction, admin: Admin, user_id: str, refused: Refused | None = None) -> Response:
    """Show the form, with what was typed if that was refused."""
    user = find_person(tx, admin, user_id)
    shown = _contacts(user)
    values = profile_form.fields_of(user.profile) | shown
    if refused:
        values |= {name: single_value(request.form, name) for name in (*PROFILE, *CONTACTS)}
    return responses.render(
        admin,
        "console/people/edit.html",
        errors=refused.fields if refused else None,
        values=values,
        shown={f"{name}_shown": value for name, value in shown.items()},
        longest=profile_form.LONGEST,
        languages=options_with_stored(tags.LANGUAGES, values["locale"], without=Text("As the browser says")),
        zones=options_with_stored(
            {name: name.replace("_", " ") for name in zones.choices()}, values["zoneinfo"], without=zones.UTC
        ),
        required=required_choice.required_options(
            required=required_choice.is_wanted() if refused else user.second_step_required
        ),
        person={"name": user.display_name},
        back_href=console_paths.person_path(user.id),
    )


@changes(Permission.CHANGE_PEOPLE, recent=True)
def _save(tx: Transaction, admin: Admin, user_id: str) -> Response:
    user, required = find_person(tx, admin, user_id), required_choice.is_wanted()
    user_changes.edit(tx, user, _wanted(user), services().settings, required=required)
    if required and not user.second_step_required:
        required_choice.require_confirmation()
    return responses.redirect_done(console_paths.person_path(user.id), "saved")


@blueprint.post(PATH)
@guarded_as(_save)
def submit_form(user_id: str) -> Response:
    """Save what changed; a refused value is shown beside its field, and nothing is saved."""
    try:
        return _save(user_id)
    except Refused as refused:
        return show_form(user_id, refused)
    except NotConfirmed:
        return _show_form(user_id)


@views(Permission.CHANGE_PEOPLE, recent=True)
def _show_form(tx: Transaction, admin: Admin, user_id: str) -> Response:
    return required_choice.confirm(admin, find_person(tx, admin, user_id).display_name, back=request.path)


def _wanted(user: User) -> ClaimChanges:
    """Return what the form changes; a field that was not sent, or stayed as it was shown, stays."""
    present = _contacts(user)
    return ClaimChanges(
        profile={name: single_value(request.form, name) for name in PROFILE if name in request.form},
        email=_changed("email", present["email"]),
        phone_number=_changed("phone_number", present["phone_number"]),
    )


def _contacts(user: User) -> dict[str, str]:
    return {"email": user.email or "", "phone_number": user.phone_number or ""}


def _changed(name: str, present: str) -> str | None:
    """Return what was typed instead of the value that the form showed.

    Raises:
        Refused: the value has changed since; to write it back would undo what its owner did.
    """
    shown = single_value(request.form, f"{name}_shown") if f"{name}_shown" in request.form else present
    typed = single_value(request.form, name).strip() if name in request.form else shown
    if typed == shown:
        return None
    if shown != present:
        raise Refused(users.CONCURRENT_CHANGE, field=name)
    return typed


def _find(tx: Transaction, admin: Admin, user_id: str) -> User:
    return users.find_to_change(tx, admin.actor, user_id) or abort(404)
