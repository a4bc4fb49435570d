"""Try it: sign in with the settings of an app, and see what the app would be told."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.apps.token_claim_texts import claim_rows
from idp.console.pages.find import find_client
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.protocol import trial
from idp.protocol.trial import Trial, TrialClosed, TrialRefused
from idp.web import console_paths

blueprint = Blueprint("trial", __name__)

PATH = console_paths.app_part_path("<client:client_id>", "try")
NOTICES = {"closed": Text("That try is over: it counts once. Start another one.")}
DISABLED = Text("The app is disabled. Enable it first.")
NOT_POSSIBLE = Text("Nobody can sign in with these settings: {reason}.")


@blueprint.get(PATH)
@views(Permission.CHANGE_APPS)
def show_start(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Show what a try does, and the button."""
    return _start_page(admin, find_client(tx, client_id))


@blueprint.post(PATH)
@changes(Permission.CHANGE_APPS)
def start_trial(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Send the administrator to the sign-in page, as the app would."""
    client = find_client(tx, client_id)
    if client.disabled:
        return _start_page(admin, client, DISABLED)
    try:
        return trial.start_trial(tx, client, admin.auth_session, path=request.path)
    except TrialRefused as refused:
        return _start_page(admin, client, NOT_POSSIBLE.with_values(reason=refused.reason))


@blueprint.get(f"{PATH}/<flow_id>")
@views(Permission.CHANGE_APPS, writes=True)
def finish_trial(tx: Transaction, admin: Admin, client_id: str, flow_id: str) -> Response:
    """Show what the app would be told, once; a GET, since the sign-in leads here."""
    client = find_client(tx, client_id)
    try:
        result = trial.finish_trial(tx, client, admin.auth_session, flow_id)
    except TrialClosed:
        return responses.redirect_done(console_paths.app_part_path(client_id, "try"), "closed")
    except TrialRefused as refused:
        return _start_page(admin, client, NOT_POSSIBLE.with_values(reason=refused.reason))
    return _result_page(admin, client, result) if isinstance(result, Trial) else result


def _start_page(admin: Admin, client: Client, error: Text | None = None) -> Response:
    return responses.render(
        admin,
        "console/apps/try.html",
        error=("form", error) if error else None,
        notices=NOTICES,
        app=_app(client),
        action=console_paths.app_part_path(client.client_id, "try"),
    )


def _result_page(admin: Admin, client: Client, result: Trial) -> Response:
    return responses.render(
        admin,
        "console/apps/tried.html",
        app=_app(client),
        permitted=result.permitted,
        tokens=[
            {"title": title, "text": text, "rows": claim_rows(claims)}
            for title, text, claims in (
                (Text("ID token"), Text("Who signed in, and how. The app reads it itself."), result.id_token),
                (Text("Header of the ID token"), Text("How the ID token is signed."), result.header),
                (Text("Userinfo"), Text("What the app learns when it asks about the person."), result.userinfo),
                (Text("Access token"), Text("What an API learns from the app's access token."), result.access_token),
            )
            if claims
        ],
        action=console_paths.app_part_path(client.client_id, "try"),
    )


def _app(client: Client) -> dict[str, str]:
    path = console_paths.app_path(client.client_id)
    return {"name": client.client_name, "id": client.client_id, "href": path}
