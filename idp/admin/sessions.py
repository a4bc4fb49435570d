"""Sessions and remembered devices of everybody, ended by administrators.

Whoever holds a role is left to owners, as everywhere: helpdesk ends no session of an administrator.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from idp import audit
from idp.admin import Refused, users
from idp.admin.audit_trail import find_client_id, find_person_id
from idp.admin.permissions import Actor, Permission
from idp.audit import Event
from idp.kernel.client_addresses import network_keys
from idp.kernel.clock import DAY, HOUR
from idp.kernel.text import Text
from idp.login.access_revocation import end_session
from idp.messaging.notices import Notice, notify
from idp.persistence.session_search import DeviceFilter, SessionFilter
from idp.persistence.transaction import Transaction

REASON = "ended by an administrator"
BATCH = 25
"""Sessions that one transaction ends."""
NO_NETWORK = Text("This is no address or network. It must look like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.")
AGES = {
    "hour": (Text("In the last hour"), HOUR, None),
    "day": (Text("In the last 24 hours"), DAY, None),
    "older-day": (Text("More than a day ago"), None, DAY),
    "older-week": (Text("More than a week ago"), None, 7 * DAY),
    "older-month": (Text("More than 30 days ago"), None, 30 * DAY),
}
"""Ages to choose from: their words, and how many seconds ago at most or at least."""


@dataclass(frozen=True)
class TypedSessionFilter:
    """The fields of the search, as they were typed; empty: everything."""

    person: str = ""
    app: str = ""
    network: str = ""
    age: str = ""

    @property
    def given(self) -> dict[str, str]:
        """Return the fields that are not empty."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}


def parse_filter(tx: Transaction, typed: TypedSessionFilter, *, idle: int, now: int) -> SessionFilter:
    """Return the filter of what was typed at `now`; raises `Refused` with the field and the remedy."""
    network = network_keys(typed.network) if typed.network else None
    if typed.network and network is None:
        raise Refused(NO_NETWORK, field="network")
    since, until = _times(typed.age, now)
    return SessionFilter(
        idle=idle,
        user_id=find_person_id(tx, "person", typed.person),
        client_id=find_client_id(tx, typed.app),
        network=network,
        since=since,
        until=until,
    )


def parse_device_filter(tx: Transaction, typed: TypedSessionFilter) -> DeviceFilter:
    """Return the filter of remembered devices, by person and age; raises `Refused`."""
    since, until = _times(typed.age, tx.now)
    return DeviceFilter(user_id=find_person_id(tx, "person", typed.person), since=since, until=until)


def end_one(tx: Transaction, actor: Actor, sid: str) -> bool:
    """End a session and all that was given in it; False when there is none. Raises `Forbidden`."""
    actor.require(Permission.END_SESSIONS)
    session = tx.sessions.by_sid(sid)
    user = users.find_to_change(tx, actor, session.user_id) if session else None
    if session is None or user is None or not end_session(tx, session, reason=REASON, distrusted=True):
        return False
    notify(tx, user, Notice.SESSION_ENDED_BY_ADMINISTRATOR)
    return True


def end_some(tx: Transaction, actor: Actor, wanted: SessionFilter) -> int:
    """End a batch of these sessions, with one mail to each person; return how many; 0: none is left."""
    actor.require(Permission.END_SESSIONS)
    ended = [
        session
        for session in tx.session_search.first(wanted, limit=BATCH)
        if end_session(tx, session, reason=REASON, distrusted=True)
    ]
    for user in tx.users.by_ids({session.user_id for session in ended}).values() if ended else ():
        notify(tx, user, Notice.SESSION_ENDED_BY_ADMINISTRATOR)
    return len(ended)


def forget_device(tx: Transaction, actor: Actor, device_id: str) -> bool:
    """Stop remembering a device; False when there is none. Raises `Forbidden`."""
    actor.require(Permission.END_SESSIONS)
    device = tx.devices.by_id(device_id)
    user = users.find_to_change(tx, actor, device.user_id) if device else None
    if user is None or not tx.devices.distrust(user_id=user.id, device_id=device_id):
        return False
    audit.record(tx, Event.DEVICE_FORGOTTEN, user_id=user.id, device_id=device_id, by="administrator")
    notify(tx, user, Notice.DEVICE_FORGOTTEN_BY_ADMINISTRATOR)
    return True


def _times(age: str, now: int) -> tuple[int | None, int | None]:
    _, within, longer = AGES.get(age, (None, None, None))
    return now - within if within else None, now - longer if longer else None
