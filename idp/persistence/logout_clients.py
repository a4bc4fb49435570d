"""The clients that want to know of a sign-out: a view of grants and clients, read when a session ends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import JSON, false, func, or_, select, type_coerce

from idp.persistence.base import Store, given_list
from idp.persistence.clients import clients
from idp.persistence.grants import grants


@dataclass(frozen=True, slots=True)
class LogoutClient:
    """A client with grants of a session, and how it wants to know that the session ended.

    By back channel, by a page in the browser (`frontchannel_logout_uri`), or both.
    """

    sid: str
    client_id: str
    backchannel: bool
    frontchannel_logout_uri: str | None
    frontchannel_logout_session_required: bool


WANTS_BACKCHANNEL = clients.c.backchannel_logout_uri.is_not(None)
OPTIONAL_MEMBERS = type_coerce(clients.c.metadata, JSON)
FRONTCHANNEL_URI = OPTIONAL_MEMBERS["frontchannel_logout_uri"].as_string()
OF_SESSIONS = (
    select(
        grants.c.sid,
        grants.c.client_id,
        WANTS_BACKCHANNEL,
        FRONTCHANNEL_URI,
        func.coalesce(OPTIONAL_MEMBERS["frontchannel_logout_session_required"].as_boolean(), false()),
    )
    .join(clients, clients.c.client_id == grants.c.client_id)
    .where(grants.c.sid.in_(given_list("sids")), or_(WANTS_BACKCHANNEL, FRONTCHANNEL_URI.is_not(None)))
    .distinct()
)


class LogoutClientStore(Store):
    """Reads clients that want to know of a sign-out."""

    def of_sessions(self, sids: Collection[str]) -> list[LogoutClient]:
        """List the clients with grants of these sessions that want to know of a logout."""
        return self._db.all(LogoutClient, OF_SESSIONS, sids=list(sids))
