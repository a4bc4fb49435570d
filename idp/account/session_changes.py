"""Sessions and remembered devices: ended one by one, or all others at once."""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.login.access_revocation import end_session, end_sessions
from idp.login.state.session import AuthenticatedSession
from idp.messaging.notices import Notice, notify
from idp.persistence.transaction import Transaction


def forget_device(tx: Transaction, auth_session: AuthenticatedSession, device_id: str) -> bool:
    """Stop remembering one of the person's devices; False when they have no such remembered device."""
    user = auth_session.person.user
    if not tx.devices.distrust(user_id=user.id, device_id=device_id):
        return False
    audit.record(tx, Event.DEVICE_FORGOTTEN, user_id=user.id, device_id=device_id)
    notify(tx, user, Notice.DEVICE_FORGOTTEN)
    return True


def end_one(tx: Transaction, auth_session: AuthenticatedSession, sid: str) -> bool:
    """End one of the person's sessions and all that was given in it; False when they have no such session."""
    user, session = auth_session.person.user, tx.sessions.by_sid(sid)
    if session is None or session.user_id != user.id:
        return False
    if not end_session(tx, session, reason="ended in the account", distrusted=True):
        return False
    notify(tx, user, Notice.SESSION_ENDED)
    return True


def sign_out_elsewhere(tx: Transaction, auth_session: AuthenticatedSession) -> None:
    """Leave only this session, and only the grants given in it."""
    user = auth_session.person.user
    tx.users.lock([user.id])  # a sign-in about to open a session waits, or is ended too
    end_sessions(tx, user.id, reason="signed out elsewhere", keep_sid=auth_session.session.sid)
    tx.grants.revoke_for_user(user.id, keep_sid=auth_session.session.sid)
    notify(tx, user, Notice.SIGNED_OUT_ELSEWHERE)
