"""Settings to paste into well-known software, filled with the values of one app."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from idp.admin import Refused, app_kinds, clients, recipe_fit
from idp.admin.clients import NothingChanged
from idp.admin.permissions import Permission
from idp.admin.recipes import RECIPES, settings_for
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.find import find_client
from idp.kernel.grant_types import REFRESH_TOKEN
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.choices import options
from idp.web.context import services
from idp.web.pages import FieldError

blueprint = Blueprint("connection", __name__)

PATH = console_paths.app_part_path("<client:client_id>", "connect")


@blueprint.get(PATH)
@views(Permission.VIEW_APPS, recent=True)
def show_page(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Show the settings for the software that is chosen."""
    client = find_client(tx, client_id)
    return _page(admin, client, _chosen(client, request.args.get("for", "")))


@blueprint.post(PATH)
@changes(Permission.CHANGE_APPS, recent=True)
def fit_registration(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Add what this software needs to the settings of the app."""
    client = find_client(tx, client_id, lock=True)
    name = _chosen(client, request.form.get("software", ""))
    wanted = recipe_fit.fit_registration(client, name)
    try:
        clients.change(tx, client, wanted, services().entropy, attesting=services().settings.attesting)
    except NothingChanged:
        pass
    except Refused as refused:
        return _page(admin, client, name, error=("form", refused.text))
    return responses.redirect_done(console_paths.app_path(client_id), "fitted")


def describe_recipe(name: str) -> dict[str, Any]:
    """Return what a page says of a recipe beside its text."""
    recipe = RECIPES[name]
    return {"name": name, "title": recipe.title, "note": recipe.note, "tested": recipe.tested}


def _page(admin: Admin, client: Client, name: str, error: FieldError | None = None) -> Response:
    issuer, address = services().settings.issuer, app_kinds.address_of(client)
    return responses.render(
        admin,
        "console/apps/connect.html",
        error=error,
        app={"name": client.client_name, "id": client.client_id},
        issuer=issuer,
        software=options(app_kinds.software_of(app_kinds.kind_of(client)), name),
        paste=describe_recipe(name)
        | {"text": settings_for(name, issuer=issuer, client_id=client.client_id, secret=None, url=address)},
        has_secret=client.secret_digest is not None,
        needs=recipe_fit.list_missing(client, name),
        may_change=admin.may(Permission.CHANGE_APPS),
        back_href=console_paths.app_path(client.client_id),
    )


def _chosen(client: Client, name: str) -> str:
    known = app_kinds.software_of(app_kinds.kind_of(client))
    if name in known:
        return name
    granted = set(client.grant_types) - {REFRESH_TOKEN}
    fitting = (each for each in known if granted & set(RECIPES[each].fields.get("grant_types", ())))
    return next(fitting, next(iter(known)))
