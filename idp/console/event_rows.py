"""Audit events as lists of the console show them."""

from __future__ import annotations

from typing import Any

from idp.activity import admin_sentences, event_kinds
from idp.activity.admin_sentences import Names
from idp.audit import Outcome
from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.request_origin import LOCAL
from idp.kernel.text import Text
from idp.persistence.audit_events import AuditEvent
from idp.web import console_paths

ON_THE_SERVER = Text("On the server")


def event_row(event: AuditEvent, names: Names) -> dict[str, Any]:
    """Return what a list shows of one event."""
    local = event.user_agent == LOCAL.user_agent
    return {
        "sentence": admin_sentences.sentence(event, names),
        "kind": admin_sentences.kind_name(event.event),
        "when": Moment(event.at),
        "browser": ON_THE_SERVER if local else user_agents.browser_name(event.user_agent) if event.user_agent else "",
        "address": "" if local else event.address,
        "failed": event.outcome != Outcome.SUCCESS,
        "outcome": event_kinds.OUTCOMES.get(event.outcome, event.outcome),
        "href": console_paths.audit_event_path(str(event.id)),
    }
