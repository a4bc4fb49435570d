"""Audit events as JSON lines, for `idp audit` and the console."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from idp.activity.admin_sentences import Names, actor_name, sentence
from idp.activity.names import load_names
from idp.persistence.audit_events import AuditEvent
from idp.persistence.audit_search import AuditFilter
from idp.persistence.database import Database

BATCH = 500
"""Events of one read transaction."""


def read_batches(database: Database, wanted: AuditFilter, *, after: int) -> Iterator[tuple[list[AuditEvent], Names]]:
    """Yield events in order of id, batch by batch, so that memory does not grow with them."""
    while True:
        with database.read() as tx:
            found = tx.audit_search.after(wanted, after, limit=BATCH)
            names = load_names(tx, found)
        if not found:
            return
        yield found, names
        after = found[-1].id


def json_lines(database: Database, wanted: AuditFilter) -> Iterator[str]:
    """Yield all events of a filter, oldest first, a batch of lines at a time."""
    for found, names in read_batches(database, wanted, after=0):
        yield "".join(f"{as_json(event, names)}\n" for event in found)


def as_json(event: AuditEvent, names: Names) -> str:
    """Return an event as one JSON object; a detail never replaces what every event has."""
    head: dict[str, Any] = {"id": event.id, "at": event.at, "event": event.event, "outcome": event.outcome}
    return json.dumps(head | facts(event, names) | head | {"text": sentence(event, names)})


def facts(event: AuditEvent, names: Names) -> dict[str, Any]:
    """Return who, on whom, from where, and the details."""
    about = {"username": names.people.get(event.user_id or ""), "user_id": event.user_id}
    actor = {"actor": actor_name(event, names), "actor_id": event.actor_id}
    where = {"client_id": event.client_id, "sid": event.sid, "address": event.address, "user_agent": event.user_agent}
    return about | actor | where | {"request_id": event.request_id} | event.detail
