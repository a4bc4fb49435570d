"""The secret of an app: a new one, the end of the earlier one, and no secret at all."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.admin import Refused, clients
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.apps.secret_page import show_secret
from idp.console.pages.find import find_client
from idp.console.responses import Confirmation
from idp.kernel.clock import DAY, HOUR
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services

blueprint = Blueprint("secrets", __name__)

ROTATE = console_paths.app_part_path("<client:client_id>", "secret/new")
END = console_paths.app_part_path("<client:client_id>", "secret/end")
DELETE = console_paths.app_part_path("<client:client_id>", "secret/delete")
GRACES = {
    str(DAY): Text("For one more day"),
    str(7 * DAY): Text("For seven more days"),
    str(30 * DAY): Text("For 30 more days"),
    str(HOUR): Text("For one more hour"),
    "0": Text("No: it stops working now"),
}
"""Seconds that the present secret stays good for."""
LEAD = Text("Put it into the app now. It cannot be shown again.")


@blueprint.get(ROTATE)
@views(Permission.CHANGE_APPS, recent=True)
def ask_rotation(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Ask how long the present secret stays good."""
    return _rotation_form(admin, find_client(tx, client_id))


@blueprint.post(ROTATE)
@changes(Permission.CHANGE_APPS, recent=True)
def rotate_secret(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Make a new secret and show it once."""
    client, grace = find_client(tx, client_id, lock=True), request.form.get("grace", "")
    if grace not in GRACES:
        return _rotation_form(admin, client, error=Text("Choose how long the present secret still works."))
    try:
        entropy, sealer = services().entropy, services().sealer
        secret = clients.rotate_secret(tx, client, entropy, grace=int(grace), sealer=lambda: sealer)
    except Refused as refused:
        return _rotation_form(admin, client, error=refused.text)
    return show_secret(admin, client, secret, LEAD)


@blueprint.get(END)
@views(Permission.CHANGE_APPS, recent=True)
def ask_end(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Ask before the earlier secret is ended."""
    return responses.confirm(admin, _end_question(find_client(tx, client_id)))


@blueprint.post(END)
@changes(Permission.CHANGE_APPS, recent=True)
def end_previous_secret(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """End the earlier secret now."""
    client = find_client(tx, client_id, lock=True)
    try:
        clients.end_previous_secret(tx, client)
    except Refused as refused:
        return responses.confirm(admin, _end_question(client), error=refused.text)
    return responses.redirect_done(console_paths.app_path(client_id), "secret-ended")


@blueprint.get(DELETE)
@views(Permission.CHANGE_APPS, recent=True)
def ask_deletion(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Ask before every secret is deleted."""
    return responses.confirm(admin, _deletion_question(find_client(tx, client_id)))


@blueprint.post(DELETE)
@changes(Permission.CHANGE_APPS, recent=True)
def delete_secrets(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Delete every secret, and end what the app was given."""
    client = find_client(tx, client_id, lock=True)
    try:
        clients.delete_secrets(tx, client)
    except Refused as refused:
        return responses.confirm(admin, _deletion_question(client), error=refused.text)
    return responses.redirect_done(console_paths.app_path(client_id), "secret-deleted")


def _rotation_form(admin: Admin, client: Client, *, error: Text | str | None = None) -> Response:
    return responses.render(
        admin,
        "console/apps/rotate.html",
        error=("grace", error) if error else None,
        app={"name": client.client_name, "id": client.client_id},
        graces=[{"value": seconds, "title": title} for seconds, title in GRACES.items()],
        back_href=console_paths.app_path(client.client_id),
    )


def _end_question(client: Client) -> Confirmation:
    return Confirmation(
        question=Text("End the earlier secret now?"),
        lead=Text("{name} must use its newest secret from now on.", name=client.client_name),
        points=(Text("Where the app still has the earlier secret, it stops working at once."),),
        button=Text("End the earlier secret"),
        back=console_paths.app_path(client.client_id),
    )


def _deletion_question(client: Client) -> Confirmation:
    return Confirmation(
        question=Text("Delete the secret of {name}?", name=client.client_name),
        lead=Text("Do this when the secret is known to somebody who should not have it."),
        points=(
            Text("The app cannot prove who it is any more, so nobody can sign in to it."),
            Text("Everything that it was given ends now."),
            Text("You can make a new secret at any time."),
        ),
        button=Text("Delete the secret"),
        back=console_paths.app_path(client.client_id),
    )
