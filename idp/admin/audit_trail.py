"""Search of the audit trail, as administrators type it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

from idp import audit
from idp.activity.event_kinds import KINDS, OUTCOMES
from idp.admin import Refused
from idp.audit import Event
from idp.kernel.clock import DAY
from idp.kernel.text import Text
from idp.persistence.audit_search import AuditFilter
from idp.persistence.transaction import Transaction

NOBODY = Text("There is nobody with this user name or address. Look for them under People.")
NO_DATE = Text("This is no date. It must look like 2026-06-01.")
MOST_APPS = 50
"""Apps looked through for one of a typed name."""


@dataclass(frozen=True)
class TypedFilter:
    """The fields of the search, as they were typed; empty: everything.

    `person` and `actor` are a user name, an address or a `sub`, `app` a client id or a name, `since` and `until` days
    of UTC, both included.
    """

    person: str = ""
    actor: str = ""
    app: str = ""
    event: str = ""
    outcome: str = ""
    since: str = ""
    until: str = ""
    request_id: str = ""

    @property
    def given(self) -> dict[str, str]:
        """Return the fields that are not empty."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}


def parse_filter(tx: Transaction, typed: TypedFilter) -> AuditFilter:
    """Return the filter of what was typed; raises `Refused` with the field and the remedy."""
    return AuditFilter(
        user_id=find_person_id(tx, "person", typed.person),
        actor_id=find_person_id(tx, "actor", typed.actor),
        client_id=find_client_id(tx, typed.app),
        events=(typed.event,) if typed.event in KINDS else (),
        outcome=typed.outcome if typed.outcome in OUTCOMES else None,
        request_id=typed.request_id or None,
        since=_parse_day("since", typed.since),
        until=None if (day := _parse_day("until", typed.until)) is None else day + DAY - 1,
    )


def find_person_id(tx: Transaction, field: str, typed: str) -> str | None:
    """Return the `sub` of a user name, address or `sub`; None of an empty field; raises `Refused`."""
    if not typed:
        return None
    user = tx.users.by_identifier(typed) or tx.users.by_id(typed)
    if user is None:
        raise Refused(NOBODY, field=field)
    return user.id


def find_client_id(tx: Transaction, typed: str) -> str | None:
    """Return the client id of an id or a name; an unknown one as it is: events outlive their app."""
    if not typed or tx.clients.by_id(typed):
        return typed or None
    named = tx.clients.listed(limit=MOST_APPS, search=typed)
    same = [client.client_id for client in named if client.client_name.casefold() == typed.casefold()]
    return same[0] if len(same) == 1 else typed


def record_export(tx: Transaction, typed: TypedFilter) -> None:
    """Record that an administrator takes events along."""
    audit.record(tx, Event.AUDIT_EXPORTED, filter=[f"{name}={value}" for name, value in typed.given.items()])


def _parse_day(field: str, typed: str) -> int | None:
    if not typed:
        return None
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        raise Refused(NO_DATE, field=field) from None
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())
