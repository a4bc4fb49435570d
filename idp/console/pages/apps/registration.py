"""Apps that register themselves: whether they may, and the tokens with which they do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from idp.admin import Refused, client_registrations
from idp.admin.client_registrations import LONGEST_LIFE, LONGEST_NOTE, MOST_TOKENS, MOST_USES
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.kernel.clock import DAY
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import parse_number, single_value

blueprint = Blueprint("registration_tokens", __name__)

MODES = {
    "off": Text("Apps cannot register themselves here. The operator can permit it (IDP_CLIENT_REGISTRATION)."),
    "token": Text("An app that has one of the tokens below can register itself."),
    "approval": Text("Every app can register itself. Nobody can use it until you enable it."),
    "open": Text("Every app can register itself, and people can use it at once."),
}
MOST_WAITING = 50
"""Apps that the page lists."""
NOTICES = {"ended": Text("The token was ended. Apps that registered themselves with it stay.")}


@blueprint.get(console_paths.APP_REGISTRATION)
@views(Permission.VIEW_APPS)
def show_page(tx: Transaction, admin: Admin) -> Response:
    """Show the tokens that have not ended."""
    return _page(tx, admin)


@blueprint.post(console_paths.APP_REGISTRATION)
@changes(Permission.CHANGE_APPS, recent=True)
def change_tokens(tx: Transaction, admin: Admin) -> Response:
    """Make a token, which this answer alone shows, or end one."""
    token_id = single_value(request.form, "end", longest=50)
    if token_id:
        client_registrations.remove_token(tx, token_id)
        return responses.redirect_done(console_paths.APP_REGISTRATION, "ended")
    note, uses, days = (single_value(request.form, name, longest=200) for name in ("note", "uses", "days"))
    try:
        token = client_registrations.make_token(
            tx, services().entropy, note=note, uses=parse_number(uses) or 0, life=(parse_number(days) or 0) * DAY
        )
    except Refused as refused:
        return _page(tx, admin, errors=refused.fields, typed={"note": note, "uses": uses, "days": days})
    return responses.render(
        admin, "console/apps/registration_token.html", token=token, back_href=console_paths.APP_REGISTRATION
    )


def _page(
    tx: Transaction, admin: Admin, *, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None
) -> Response:
    tokens = tx.client_registrations.live_tokens(limit=MOST_TOKENS)
    shown: list[dict[str, Any]] = [
        {"id": each.id, "note": each.note, "left": each.uses_left, "until": Moment(each.expires_at)} for each in tokens
    ]
    return responses.render(
        admin,
        "console/apps/registration.html",
        errors=errors,
        notices=NOTICES,
        state=MODES[services().settings.client_registration],
        by_token=services().settings.client_registration == "token",
        tokens=shown,
        waiting=[
            {
                "name": name,
                "network": each.network,
                "since": Moment(each.changed_at),
                "href": console_paths.app_path(each.client_id),
            }
            for each, name in tx.client_registrations.waiting(limit=MOST_WAITING)
        ],
        typed=typed or {"note": "", "uses": "1", "days": "7"},
        bounds={"uses": MOST_USES, "days": LONGEST_LIFE // DAY, "note": LONGEST_NOTE},
        may_change=admin.may(Permission.CHANGE_APPS),
    )
