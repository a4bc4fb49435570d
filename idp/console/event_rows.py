"""Audit events as lists of the console show them."""

from __future__ import annotations

from typing import Any

from idp.activity import admin_sentences, event_kinds
from idp.activity.admin_sentences import Names
from idp.audit import Event, Outcome
from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.request_origin import LOCAL
from idp.kernel.text import Text
from idp.persistence.audit_events import AuditEvent
from idp.web import console_paths

ON_THE_SERVER = Text("On the server")
APP_SERVER = Text("The app's server")
BACK_CHANNEL = frozenset(
    {
        Event.TOKEN_ISSUED,
        Event.TOKEN_REFUSED,
        Event.TOKEN_REVOKED,
        Event.CODE_REPLAYED,
        Event.REFRESH_REPLAYED,
        Event.CLIENT_REFUSED,
        Event.SIGN_IN_REQUESTED,
    }
)
"""Events of requests that an app sends itself."""


def _browser(event: AuditEvent) -> str:
    """Return what sent the request; an app without a server sends its own from a browser."""
    name = user_agents.browser_name(event.user_agent) if event.user_agent else ""
    return APP_SERVER if event.event in BACK_CHANNEL and name in {"", user_agents.UNKNOWN} else name


def event_row(event: AuditEvent, names: Names) -> dict[str, Any]:
    """Return what a list shows of one event."""
    local = event.user_agent == LOCAL.user_agent
    return {
        "sentence": admin_sentences.sentence(event, names),
        "kind": admin_sentences.kind_name(event.event),
        "when": Moment(event.at),
        "browser": ON_THE_SERVER if local else _browser(event),
        "address": "" if local else event.address,
        "failed": event.outcome != Outcome.SUCCESS,
        "outcome": event_kinds.OUTCOMES.get(event.outcome, event.outcome),
        "href": console_paths.audit_event_path(str(event.id)),
    }
