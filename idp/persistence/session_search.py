"""Search of everybody's sessions and remembered devices; each filter alone is answered by an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, union

from idp.persistence.base import Store
from idp.persistence.devices import REMEMBERED, Device, devices
from idp.persistence.grants import grants
from idp.persistence.groups import group_members
from idp.persistence.keyset import Page, Position, read_page
from idp.persistence.roles import IN_GROUP, HolderKind, role_grants
from idp.persistence.sessions import Session, sessions
from idp.persistence.users import users


@dataclass(frozen=True, kw_only=True)
class SessionFilter:
    """Which sessions to find; None accepts all. Times are seconds, UTC.

    `network` is the first and the last `address_key`. `idle` are the seconds without use after which a session has
    ended. `without_roles` leaves out those of administrators, `except_sid` one session.
    """

    idle: int
    user_id: str | None = None
    client_id: str | None = None
    network: tuple[str, str] | None = None
    since: int | None = None
    until: int | None = None
    without_roles: bool = False
    except_sid: str | None = None


@dataclass(frozen=True, kw_only=True)
class DeviceFilter:
    """Which remembered devices to find; None accepts all."""

    user_id: str | None = None
    since: int | None = None
    until: int | None = None


SESSION, DEVICE = sessions.c, devices.c
ROLE_HOLDERS = union(
    select(role_grants.c.holder_id).where(role_grants.c.holder_kind == HolderKind.PERSON),
    select(group_members.c.user_id).join(role_grants, IN_GROUP),
)
TRUSTED = (
    select(devices).join(users, users.c.id == DEVICE.user_id).where(REMEMBERED, DEVICE.trust_epoch == users.c.epoch)
)


class SessionSearch(Store):
    """Finds sessions and remembered devices."""

    def page(self, wanted: SessionFilter, position: Position, *, limit: int) -> Page[Session]:
        """Return one page: the newest first, or in order of address where a network is wanted."""
        query = select(sessions).where(*self._conditions(wanted))
        columns, newest = sort_columns(wanted), wanted.network is None
        return read_page(self._db, Session, query, columns, position, limit=limit, descending=newest)

    def first(self, wanted: SessionFilter, *, limit: int) -> list[Session]:
        """List some of these sessions."""
        return self._db.all(Session, select(sessions).where(*self._conditions(wanted)).limit(limit))

    def count(self, wanted: SessionFilter) -> int:
        """Return how many sessions these are: for a confirmation, not for a list."""
        return int(self._db.scalar(select(func.count()).select_from(sessions).where(*self._conditions(wanted))))

    def devices_page(self, wanted: DeviceFilter, position: Position, *, limit: int) -> Page[Device]:
        """Return one page of remembered devices, those remembered last first."""
        conditions = [DEVICE.trusted_until > self._now]
        if wanted.user_id is not None:
            conditions.append(DEVICE.user_id == wanted.user_id)
        query = TRUSTED.where(*conditions, *_times(DEVICE.trusted_at, wanted.since, wanted.until))
        columns = [DEVICE.trusted_at, DEVICE.id]
        return read_page(self._db, Device, query, columns, position, limit=limit, descending=True)

    def _conditions(self, wanted: SessionFilter) -> list[ColumnElement[bool]]:
        found = [SESSION.expires_at > self._now, SESSION.last_seen_at > self._now - wanted.idle]
        if wanted.user_id is not None:
            found.append(SESSION.user_id == wanted.user_id)
        if wanted.client_id is not None:
            found.append(SESSION.sid.in_(select(grants.c.sid).where(grants.c.client_id == wanted.client_id)))
        if wanted.network is not None:
            found.append(SESSION.address_key.between(*wanted.network))
        if wanted.without_roles:
            found.append(SESSION.user_id.not_in(ROLE_HOLDERS))
        if wanted.except_sid is not None:
            found.append(SESSION.sid != wanted.except_sid)
        return [*found, *_times(SESSION.created_at, wanted.since, wanted.until)]


def sort_columns(wanted: SessionFilter) -> list[ColumnElement[str | int]]:
    """Return the columns that a page of these sessions is sorted by."""
    return [SESSION.created_at if wanted.network is None else SESSION.address_key, SESSION.sid]


def _times(column: ColumnElement[int], since: int | None, until: int | None) -> Sequence[ColumnElement[bool]]:
    found = [column >= since] if since is not None else []
    return found if until is None else [*found, column <= until]
