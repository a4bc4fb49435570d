"""What the link of a *Was this you?* mail does once its holder confirms; `login.flow.sign_in_alerts` sends it."""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.kernel.handles import digest
from idp.login.access_revocation import end_session
from idp.persistence.sign_in_alert_links import AlertLink
from idp.persistence.transaction import Transaction


def find_alert_link(tx: Transaction, handle: str) -> AlertLink | None:
    """Return the sign-in this link is about; None when it does not work, or no longer. Changes nothing."""
    return tx.alert_links.live(digest(handle))


def report_unrecognised(tx: Transaction, link: AlertLink) -> bool:
    """End what that browser has of the account: sessions, grants, offline ones too, and its trust. False: done before.

    The browser is deleted, so that the next sign-in there sends an alert again. Sessions elsewhere stay.
    """
    tx.users.lock([link.user_id])  # a sign-in about to open a session there waits, or is ended too
    if not tx.alert_links.claim(link.digest):
        return False
    for session in tx.sessions.for_user(link.user_id):
        if link.sid == session.sid or (link.device_id and link.device_id == session.device_id):
            end_session(tx, session, reason="disowned by mail", distrusted=True)
    tx.grants.revoke_for_session(link.sid, offline_too=True)  # a session may be over, and its offline access not
    if link.device_id:
        tx.devices.remove(link.device_id)
    audit.record(tx, Event.SIGN_IN_DISOWNED, user_id=link.user_id, sid=link.sid, device_id=link.device_id)
    return True
