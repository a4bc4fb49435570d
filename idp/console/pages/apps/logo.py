"""The logo of an app: shown, replaced and removed."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.admin import Refused, client_logos
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.find import find_client
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.client_logos import logo_href

blueprint = Blueprint("logo", __name__)

PATH = console_paths.app_part_path("<client:client_id>", "logo")
NOTICES = {
    "saved": Text("Saved. People see it where they sign in to the app."),
    "removed": Text("The logo was removed."),
}


@blueprint.get(PATH)
@views(Permission.VIEW_APPS)
def show_page(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Show the logo, and the form for another one."""
    return _page(admin, find_client(tx, client_id))


@blueprint.post(PATH)
@changes(Permission.CHANGE_APPS)
def save_logo(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Store the file that was sent, or remove the logo."""
    client, file = find_client(tx, client_id, lock=True), request.files.get("file")
    removing = request.form.get("choice") == "remove"
    try:
        if removing:
            client_logos.remove_logo(tx, client)
        else:
            client_logos.store_logo(tx, client, file.read() if file else b"")
    except Refused as refused:
        return _page(admin, client, refused.text)
    return responses.redirect_done(request.path, "removed" if removing else "saved")


def _page(admin: Admin, client: Client, error: str | None = None) -> Response:
    return responses.render(
        admin,
        "console/apps/logo.html",
        error=("file", error) if error else None,
        notices=NOTICES,
        app={"name": client.client_name, "id": client.client_id},
        logo_href=logo_href(client.client_id, client.logo_digest),
        kilobytes=client_logos.LARGEST // 1024,
        may_change=admin.may(Permission.CHANGE_APPS),
        back_href=console_paths.app_path(client.client_id),
    )
