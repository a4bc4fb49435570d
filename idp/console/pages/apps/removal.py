"""The end of an app: for a while, or for good."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from idp.admin import clients
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.find import find_client
from idp.console.responses import Confirmation
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.forms import single_value

blueprint = Blueprint("removal", __name__)

REMOVE = console_paths.app_part_path("<client:client_id>", "remove")
STATE = console_paths.app_part_path("<client:client_id>", "state")


@blueprint.get(REMOVE)
@views(Permission.CHANGE_APPS, recent=True)
def ask_removal(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Ask before an app is removed."""
    client = find_client(tx, client_id)
    question = Confirmation(
        question=Text("Remove {name}?", name=client.client_name),
        lead=Text("This cannot be undone. To stop the app for a while, disable it instead."),
        points=(
            Text("Nobody can sign in to it any more."),
            Text("Everything that it was given ends now."),
            Text("What people allowed it is forgotten. Its settings and secrets are deleted."),
        ),
        button=Text("Remove the app"),
        back=console_paths.app_path(client_id),
    )
    return responses.confirm(admin, question)


@blueprint.post(REMOVE)
@changes(Permission.CHANGE_APPS, recent=True)
def remove_app(tx: Transaction, _: Admin, client_id: str) -> Response:
    """Remove an app with everything that belongs to it."""
    clients.remove(tx, find_client(tx, client_id, lock=True))
    return responses.redirect_done(console_paths.APPS, "removed")


@blueprint.get(STATE)
@views(Permission.CHANGE_APPS, recent=True)
def ask_disabling(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Ask before an app is disabled."""
    return responses.confirm(admin, _disabling_question(find_client(tx, client_id)))


@blueprint.post(STATE)
@changes(Permission.CHANGE_APPS, recent=True)
def set_state(tx: Transaction, _: Admin, client_id: str) -> Response:
    """Refuse the app until it is enabled again, or accept it again."""
    client, state = find_client(tx, client_id, lock=True), request.form.get("state")
    if state == "enabled":
        clients.enable(tx, client, seen=single_value(request.form, "version"))
    elif state == "disabled":
        clients.disable(tx, client)
    else:
        abort(400)
    return responses.redirect_done(console_paths.app_path(client_id), state)


def _disabling_question(client: Client) -> Confirmation:
    return Confirmation(
        question=Text("Disable {name}?", name=client.client_name),
        lead=Text("You can enable it again at any time."),
        points=(
            Text("Nobody can sign in to it meanwhile."),
            Text("Everything that it was given ends now. People sign in again later."),
        ),
        button=Text("Disable the app"),
        fields=(("state", "disabled"),),
        back=console_paths.app_path(client.client_id),
    )
