"""Activity: what happened to the account, so that its owner can notice what was not their doing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from idp.account import responses
from idp.activity import own_sentences
from idp.audit import Outcome
from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.request_origin import LOCAL
from idp.kernel.text import Text
from idp.login.flow.session_guard import requires
from idp.login.state.reasons import OWN_SENTENCES, sentences_of
from idp.login.state.session import AuthenticatedSession
from idp.persistence.audit_events import AuditEvent
from idp.persistence.transaction import Transaction
from idp.web import account_paths, geoip
from idp.web.forms import parse_number, single_value

PAGE = 50

blueprint = Blueprint("activity", __name__)


@blueprint.get(account_paths.ACTIVITY)
@requires()
def show_page(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Show one page of the person's own audit trail, newest first; `before` continues an earlier page."""
    before = _before()
    found = tx.audit.for_user(auth_session.person.user.id, limit=PAGE + 1, before=before, without=own_sentences.QUIET)
    shown = found[:PAGE]
    apps = tx.clients.by_ids({event.client_id for event in shown if event.client_id})
    names = {client_id: client.client_name for client_id, client in apps.items()}
    return responses.render(
        auth_session,
        "account/activity.html",
        events=[_row(event, names) for event in shown],
        older_href=f"{account_paths.ACTIVITY}?before={shown[-1].id}" if len(found) > PAGE else None,
        newest_href=account_paths.ACTIVITY if before is not None else None,
    )


def _before() -> int | None:
    return parse_number(single_value(request.args, "before"))


def _row(event: AuditEvent, names: dict[str, str]) -> dict[str, Any]:
    local = event.user_agent == LOCAL.user_agent
    by_administrator = event.actor_id not in {None, event.user_id}
    browser = Text("An administrator") if by_administrator else user_agents.browser_name(event.user_agent)
    return {
        "sentence": own_sentences.sentence(event, names.get(event.client_id or "")),
        "browser": Text("On the server") if local else browser,
        "address": "" if local or by_administrator else geoip.with_location(event.address),
        "when": Moment(event.at),
        "why": sentences_of(event.detail, OWN_SENTENCES),
        "failed": event.outcome != Outcome.SUCCESS,
    }
