"""Ending a session, or all access to an account: one implementation for every change that ends something.

Clients that got tokens in a session that ends get a back-channel logout, enqueued in the same transaction by
`messaging.logout_notifications`.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event
from idp.login import devices
from idp.messaging import logout_notifications
from idp.persistence.logout_clients import LogoutClient
from idp.persistence.sessions import Session
from idp.persistence.transaction import Transaction


@dataclass(frozen=True)
class EndedSession:
    """A session that this request ended, and the clients that want to know."""

    clients: list[LogoutClient]


def end_session(tx: Transaction, session: Session, *, reason: str, distrusted: bool = False) -> EndedSession | None:
    """End a session and the grants given in it; `distrusted` ends offline access as well. None if it had ended."""
    if not tx.sessions.end(session.sid):
        return None
    tx.grants.revoke_for_session(session.sid, offline_too=distrusted)
    clients = logout_notifications.enqueue_logouts(tx, session.user_id, [session.sid])
    audit.record(tx, Event.SESSION_ENDED, user_id=session.user_id, sid=session.sid, reason=reason)
    return EndedSession(clients)


def end_sessions(tx: Transaction, user_id: str, *, reason: str, keep_sid: str | None = None) -> None:
    """End every session of a person except `keep_sid`; the caller revokes the grants."""
    sids = [session.sid for session in tx.sessions.for_user(user_id) if session.sid != keep_sid]
    for sid in sids:
        audit.record(tx, Event.SESSION_ENDED, user_id=user_id, sid=sid, reason=reason)
    logout_notifications.enqueue_logouts(tx, user_id, sids)
    tx.sessions.end_others(user_id, keep_sid)


def revoke_all_access(tx: Transaction, user_id: str, *, reason: str, keep_sid: str | None = None) -> bool:
    """End every session except `keep_sid`, every grant, offline ones too, and every remembered device.

    The caller has raised the epoch, which ends pending login flows and mailed links. Returns whether a device was
    remembered.
    """
    end_sessions(tx, user_id, reason=reason, keep_sid=keep_sid)
    tx.grants.revoke_for_user(user_id)
    return devices.forget_devices(tx, user_id)
