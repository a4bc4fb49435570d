"""Connected apps: what each may see, since when; and taking it all back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort

from idp import audit
from idp.account import responses
from idp.account.page_requirements import end_sessions_requirement
from idp.audit import Event
from idp.consent import scope_texts, service
from idp.kernel.dates import Moment
from idp.login.flow import session_guard
from idp.login.state.session import AuthenticatedSession
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import account_paths
from idp.web.account_paths import APPROVE
from idp.web.client_links import initiate_login_href
from idp.web.transactions import write_transaction

blueprint = Blueprint("apps", __name__)


@dataclass(frozen=True)
class Connection:
    """What one app was allowed or given; times are seconds, UTC."""

    scopes: Sequence[str]
    since: int


@blueprint.get(account_paths.APPS)
@session_guard.requires()
def show_page(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Show all connected apps, by name."""
    user_id = auth_session.person.user.id
    found = _connections(tx, user_id)
    clients, used = tx.clients.by_ids(found.keys()), tx.refresh_tokens.last_used(user_id)
    named = sorted(clients.values(), key=lambda client: (client.client_name.casefold(), client.client_id))
    of_people = all(scope in scope_texts.TITLES for each in found.values() for scope in each.scopes)
    titles = {} if of_people else tx.apis.titles()
    rows = [_row(client, found[client.client_id], used.get(client.client_id), titles) for client in named]
    return responses.render(
        auth_session, "account/apps.html", notice=responses.notice(), apps=rows, approve_href=APPROVE
    )


@blueprint.post(f"{account_paths.APPS}/<client:client_id>/remove")
@write_transaction
def remove_app(tx: Transaction, client_id: str) -> Response:
    """Forget what the person allowed this app, and end everything it was given; assertions do not bring it back."""
    auth_session = session_guard.require_form(tx, end_sessions_requirement, back=f"{account_paths.APPS}?done=confirmed")
    user_id = auth_session.person.user.id
    allowed, ended = tx.consents.revoke(user_id, client_id), tx.grants.revoke_for_client(client_id, user_id=user_id)
    if not allowed and not ended:
        abort(404)
    service.remember_removal(tx, client_id, user_id)
    audit.record(tx, Event.CONSENT_REVOKED, user_id=user_id, client_id=client_id, grants=ended)
    return responses.redirect_done("removed", page_path=account_paths.APPS)


def _connections(tx: Transaction, user_id: str) -> dict[str, Connection]:
    """Return connections by `client_id`; an organisation's own apps have grants without consent."""
    found: dict[str, Connection] = {}
    for given in tx.grants.live_scopes(user_id):
        before = found.get(given.client_id)
        scopes = dict.fromkeys((*(before.scopes if before else ()), *given.scopes))
        found[given.client_id] = Connection(tuple(scopes), before.since if before else given.since)
    return found | {each.client_id: Connection(each.scopes, each.granted_at) for each in tx.consents.for_user(user_id)}


def _row(client: Client, connection: Connection, used: int | None, of_apis: Mapping[str, str]) -> dict[str, Any]:
    address = client.client_uri or next(iter(client.redirect_uris), "")
    return {
        "name": client.client_name,
        "host": urlsplit(address).netloc or address,
        "sees": scope_texts.scope_titles(sorted(connection.scopes, key=_usual_order), of_apis),
        "own": client.first_party,
        "since": Moment(connection.since),
        "used": Moment(used) if used is not None else "",
        "open_href": initiate_login_href(client),
        "action": f"{account_paths.APPS}/{client.client_id}/remove",
    }


def _usual_order(scope: str) -> int:
    known = list(scope_texts.TITLES)
    return known.index(scope) if scope in known else len(known)
