"""Exports what is stored about a person; it has no secret that a credential could be made of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from idp.kernel import user_agents
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction

MOST_EVENTS = 10_000
"""Events of the audit trail, the newest ones: as much as one answer should hold."""


def export_data(tx: Transaction, person: Person) -> dict[str, Any]:
    """Return the person's data by topic; times are ISO 8601, UTC. No hash, seed, key, code, handle or digest."""
    user = person.user
    return {
        "account": {
            "sub": user.id,
            "user_name": user.username,
            "created": _time(user.created_at),
            "changed": _time(user.updated_at),
            "password_changed": _time(user.password_changed_at),
            "second_step_required": user.second_step_required,
            "second_step_due": _time(user.second_step_due_at),
        },
        "profile": user.profile,
        "email": {"address": user.email, "confirmed": user.email_verified},
        "phone_number": {"number": user.phone_number, "confirmed": user.phone_number_verified},
        "attributes": user.attributes,
        "groups": [group.name for group in tx.groups.of_user(user.id)],
        "changes_of_email_and_phone": _changes(tx, user.id),
        "second_step": _factors(tx, user.id),
        "recovery_codes": {
            "left": person.codes_left,
            "made": _time(person.recovery.created_at if person.recovery else None),
        },
        "devices": _devices(tx, user.id),
        "sessions": _sessions(tx, user.id),
        "apps": _apps(tx, user.id),
        "activity": _activity(tx, user.id),
    }


def _changes(tx: Transaction, user_id: str) -> list[dict[str, Any]]:
    return [
        {
            "what": each.kind,
            "from": each.old,
            "to": each.new,
            "asked": _time(each.created_at),
            "made": _time(each.made_at),
            "undone": _time(each.undone_at),
        }
        for each in tx.contact_changes.for_user(user_id)
    ]


def _factors(tx: Transaction, user_id: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": factor.kind,
            "name": factor.label,
            "address": factor.address,
            "added": _time(factor.created_at),
            "last_used": _time(factor.last_used_at),
        }
        for factor in tx.factors.for_user(user_id)  # also those whose channel is switched off
    ]


def _devices(tx: Transaction, user_id: str) -> list[dict[str, Any]]:
    return [
        {
            "name": device.name,
            "first_seen": _time(device.first_seen_at),
            "last_seen": _time(device.last_seen_at),
            "remembered_until": _time(device.trusted_until),
        }
        for device in tx.devices.for_user(user_id)
    ]


def _sessions(tx: Transaction, user_id: str) -> list[dict[str, Any]]:
    return [
        {
            "browser": user_agents.browser_name(session.user_agent),
            "address": session.address,
            "began": _time(session.created_at),
            "last_seen": _time(session.last_seen_at),
            "ends": _time(session.expires_at),
        }
        for session in tx.sessions.for_user(user_id)
    ]


def _apps(tx: Transaction, user_id: str) -> list[dict[str, Any]]:
    given, allowed = tx.grants.live_scopes(user_id), tx.consents.for_user(user_id)
    clients = tx.clients.by_ids({each.client_id for each in given} | {each.client_id for each in allowed})
    names = {client_id: client.client_name for client_id, client in clients.items()}
    consents = [
        {"app": names.get(each.client_id), "allowed": each.scopes, "since": _time(each.granted_at)} for each in allowed
    ]
    return consents + [
        {"app": names.get(each.client_id), "given": each.scopes, "since": _time(each.since)} for each in given
    ]


def _activity(tx: Transaction, user_id: str) -> list[dict[str, Any]]:
    return [
        {
            "at": _time(event.at),
            "event": event.event,
            "outcome": event.outcome,
            "app": event.client_id,
            "address": event.address,
            "browser": event.user_agent,
            "detail": event.detail,
        }
        for event in tx.audit.for_user(user_id, limit=MOST_EVENTS)
    ]


def _time(at: int | None) -> str | None:
    return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC).isoformat().replace("+00:00", "Z")
