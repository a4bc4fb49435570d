"""The page of one app: what it is, its last failures, and the way to everything that can be changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from idp.admin import client_failures, clients
from idp.admin.app_kinds import KINDS, kind_of
from idp.admin.client_failures import Failure
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, views
from idp.console.pages.apps.sections import LEVEL_TEXTS, SECTIONS
from idp.console.pages.find import find_client
from idp.kernel.client_auth_methods import SECRET_METHODS
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services

blueprint = Blueprint("overview", __name__)

SAVED = Text("Saved. It counts from the next sign-in on.")
NOTICES = {
    **dict.fromkeys((*SECTIONS, "advanced"), SAVED),
    "unchanged": Text("Nothing was changed."),
    "secret-ended": Text("The earlier secret was ended. Only the newest one is accepted."),
    "secret-deleted": Text("The secret was deleted. The app cannot prove who it is until you make a new one."),
    "disabled": Text("The app was disabled. Nobody can sign in to it."),
    "enabled": Text("The app was enabled. People can sign in to it again."),
    "fitted": Text("What the software needs was added to the settings."),
}
PARTS = (
    "advanced",
    "try",
    "connect",
    "claims",
    "access",
    "logo",
    "remove",
    "state",
    "secret/new",
    "secret/end",
    "secret/delete",
)


@blueprint.get(console_paths.app_path("<client:client_id>"))
@views(Permission.VIEW_APPS)
def show_page(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Show one app."""
    client = find_client(tx, client_id)
    return responses.render(
        admin,
        "console/apps/app.html",
        notices=NOTICES,
        app=_facts(client),
        registered=_registration(tx, client),
        issuer=services().settings.issuer,
        secret=_secret(client, tx.now),
        failures=[_row(each) for each in client_failures.last_failures(tx, client)],
        sections=[
            {"title": section.title, "href": console_paths.app_part_path(client_id, f"settings/{name}")}
            for name, section in SECTIONS.items()
        ],
        hrefs={part.replace("/", "_"): console_paths.app_part_path(client_id, part) for part in PARTS},
        may_change=admin.may(Permission.CHANGE_APPS),
    )


def _facts(client: Client) -> dict[str, Any]:
    return {
        "name": client.client_name,
        "id": client.client_id,
        "kind": KINDS[kind_of(client)].title,
        "redirect_uris": client.redirect_uris,
        "home": client.client_uri,
        "level": LEVEL_TEXTS[client.min_acr or ""],
        "remembered": client.remembered_device_accepted,
        "first_party": client.first_party,
        "restricted": client.restricted,
        "people": len(client.allowed_user_ids),
        "groups": len(client.allowed_group_ids),
        "scopes": client.scopes,
        "disabled": client.disabled,
        "version": clients.version_of(client),
        "pkce": client.require_pkce,
        "signs_in": bool(client.redirect_uris),
        "created": Moment(client.created_at),
    }


def _registration(tx: Transaction, client: Client) -> dict[str, Any] | None:
    """Return how the app registered itself; None for one of an administrator."""
    found = tx.client_registrations.of_client(client.client_id)
    if found is None:
        return None
    return {"at": Moment(found.created_at), "network": found.network, "waits": found.approved_at is None}


def _secret(client: Client, now: int) -> dict[str, Any] | None:
    """Return what there is to see of its secrets; None for an app that has none by its kind."""
    if client.token_endpoint_auth_method not in SECRET_METHODS:
        return None
    until = client.previous_secret_expires_at
    earlier = Moment(until) if client.previous_secret_digest and until is not None and until > now else None
    return {"present": client.secret_digest is not None, "earlier_until": earlier}


def _row(failure: Failure) -> dict[str, Any]:
    return {
        "at": Moment(failure.at),
        "what": failure.what,
        "remedy": failure.remedy,
        "reason": failure.reason,
        "sent": failure.sent,
        "registered": list(failure.registered),
        "number": failure.number,
    }
