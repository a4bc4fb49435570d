"""The names of the people and apps of some events."""

from __future__ import annotations

from collections.abc import Iterable

from idp.activity.admin_sentences import Names
from idp.persistence.audit_events import AuditEvent
from idp.persistence.transaction import Transaction


def load_names(tx: Transaction, events: Iterable[AuditEvent]) -> Names:
    """Return what the people and apps of these events are called, in two statements.

    People by their user names: anybody could give themselves the display name of another.
    """
    events = list(events)
    user_ids = {each for event in events for each in (event.user_id, event.actor_id) if each}
    client_ids = {event.client_id for event in events if event.client_id}
    people = {user_id: user.username for user_id, user in tx.users.by_ids(user_ids).items()} if user_ids else {}
    apps = tx.clients.by_ids(client_ids) if client_ids else {}
    return Names(people, {client_id: client.client_name for client_id, client in apps.items()})
