"""The claims that were added for one app, and what it would be told of a person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request

from idp.admin import claim_mappings
from idp.admin.permissions import Permission
from idp.claims.mappings import ClaimMapping, parse
from idp.claims.subjects import subject_for
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.apps.claim_texts import SOURCES, TARGETS, claim_text, preview_rows
from idp.console.pages.find import find_client
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.persistence.users import CLOSED
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import single_value

blueprint = Blueprint("claims", __name__)

PATH = console_paths.app_claims_path("<client:client_id>")
NOBODY = Text("There is nobody with this user name or address.")
NOTICES = {
    "saved": Text("The claim was saved. The app is told it from the next token on."),
    "removed": Text("The claim was removed."),
}


@blueprint.get(PATH)
@views(Permission.VIEW_APPS)
def show_claims(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Show the claims, and a person's if one was named."""
    client = find_client(tx, client_id)
    found, path = parse(client.claim_mappings), console_paths.app_claims_path(client.client_id)
    may_preview = admin.may(Permission.VIEW_PEOPLE)
    who = single_value(request.args, "person").strip() if may_preview else ""
    shown, error = _preview(tx, admin, client, who)
    return responses.render(
        admin,
        "console/apps/claims.html",
        notices=NOTICES,
        status=200,
        error=("person", error) if error else None,
        name=client.client_name,
        claims=_rows(tx, found, path),
        sources=[
            {"title": title, "text": text, "href": f"{path}/new?source={source}"}
            for source, (title, text) in SOURCES.items()
        ],
        may_change=admin.may(Permission.CHANGE_APPS),
        may_preview=may_preview,
        who=who,
        preview=shown,
        back_href=console_paths.app_path(client.client_id),
    )


@blueprint.post(f"{PATH}/remove")
@changes(Permission.CHANGE_APPS, recent=True, back=console_paths.app_claims_path("{client_id}"))
def remove_claim(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Remove a claim."""
    client = find_client(tx, client_id, lock=True)
    if not claim_mappings.remove(tx, admin.actor, client, single_value(request.form, "replaces")):
        abort(404)
    return responses.redirect_done(console_paths.app_claims_path(client.client_id), "removed")


def _rows(tx: Transaction, found: list[ClaimMapping], path: str) -> list[dict[str, Any]]:
    names = {group_id: group.name for group_id, group in claim_mappings.group_names(tx, found).items()}
    return [
        {
            "claim": each.claim,
            "text": claim_text(each, names),
            "targets": [TARGETS[target][0] for target in each.targets],
            "scope": each.scope,
            "href": f"{path}/edit",
            "remove_action": f"{path}/remove",
        }
        for each in found
    ]


def _preview(
    tx: Transaction, admin: Admin, client: Client, who: str
) -> tuple[list[dict[str, Any]] | None, Text | None]:
    if not who:
        return None, None
    user = tx.users.by_identifier(who)
    if user is None or user.status == CLOSED:
        return None, NOBODY
    subject = subject_for(client, user.id, services().sealer.pepper)
    found = claim_mappings.preview(tx, admin.actor, client, user, subject=subject)
    return preview_rows(found, [each.claim for each in parse(client.claim_mappings)]), None
