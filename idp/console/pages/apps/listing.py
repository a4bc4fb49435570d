"""The list of apps, by id, with a search for the beginning of a name or id."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from idp.admin.app_kinds import KINDS, kind_of
from idp.admin.permissions import Permission
from idp.console import paging, responses
from idp.console.guard import Admin, views
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.forms import single_value

blueprint = Blueprint("listing", __name__)

NOTICES = {"removed": Text("The app was removed. Nobody can sign in to it any more.")}
LONGEST_SEARCH = 100


@blueprint.get(console_paths.APPS)
@views(Permission.VIEW_APPS)
def show_page(tx: Transaction, admin: Admin) -> Response:
    """Show one page of apps."""
    search = single_value(request.args, "search", longest=LONGEST_SEARCH).strip()
    found = tx.clients.page(paging.position((str,)), search=search, limit=paging.PAGE)
    disabled = [client.client_id for client in found.records if client.disabled]
    waiting = tx.client_registrations.waiting_among(disabled) if disabled else set[str]()
    return responses.render(
        admin,
        "console/apps/list.html",
        notices=NOTICES,
        apps=[_row(client, waiting) for client in found.records],
        search=search,
        links=paging.links(found, lambda client: (client.client_id,)),
        registration_href=console_paths.APP_REGISTRATION,
        new_href=console_paths.NEW_APP if admin.may(Permission.CHANGE_APPS) else None,
    )


def _row(client: Client, waiting: set[str]) -> dict[str, Any]:
    address = client.client_uri or next(iter(client.redirect_uris), "")
    return {
        "href": console_paths.app_path(client.client_id),
        "name": client.client_name,
        "id": client.client_id,
        "kind": KINDS[kind_of(client)].title,
        "host": urlsplit(address).netloc or address,
        "disabled": client.disabled,
        "waits": client.client_id in waiting,
        "restricted": client.restricted,
    }
