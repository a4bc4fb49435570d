"""Deleting ended rows, each type some time after its end."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, func, select, update

from idp.kernel.clock import DAY
from idp.persistence.alert_links import AlertLink
from idp.persistence.base import Base, Store
from idp.persistence.challenges import Challenge
from idp.persistence.consents import Consent
from idp.persistence.contact_changes import ContactChange
from idp.persistence.devices import Browser, Device
from idp.persistence.factors import Factor
from idp.persistence.grants import Grant, RefreshToken, RevokedToken
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.password_resets import PasswordReset
from idp.persistence.recovery import RecoverySet
from idp.persistence.replay import AssertionId
from idp.persistence.sent_codes import SentCode
from idp.persistence.sessions import Session
from idp.persistence.throttles import Throttle

BROWSER_RETENTION = 400 * DAY
"""A browser not seen for this long (seconds) is a stranger again; it is also the longest life browsers give cookies."""


PERSONAL_TABLES = (Factor, RecoverySet, Device, Consent, SentCode, ContactChange, PasswordReset, AlertLink)
"""What belongs to one person alone, and is nothing without them."""


class PurgeStore(Store):
    """Deleting what no longer matters, and counting it."""

    def delete_person(self, user_id: str) -> None:
        """Forget what a closed account had; its sessions and grants have ended, and go with time."""
        for model in PERSONAL_TABLES:
            self._execute(delete(model).where(model.user_id == user_id))

    def run(self, *, session_idle: int, keep_codes: bool) -> dict[str, int]:
        """Delete ended rows; returns how many of each kind went.

        A grant and the count of tries at a sent code are kept a day beyond their end and a login an hour, so that late
        or repeated requests still get the right answer. A run of failures whose length is limited is kept until it
        ends, or a few tries a day could go on for ever. `session_idle` is the idle limit of sessions in seconds.
        Unless `keep_codes`, readable copies of recovery codes that their owners have saved go as well.
        """
        now = self._now
        ended: dict[type[Base], ColumnElement[bool]] = {
            LoginFlowRow: LoginFlowRow.expires_at < now - 3600,
            Session: (Session.expires_at < now) | (Session.last_seen_at < now - session_idle),
            RevokedToken: RevokedToken.expires_at < now,
            Challenge: Challenge.expires_at < now,
            AssertionId: AssertionId.expires_at < now,
            PasswordReset: PasswordReset.expires_at < now,
            AlertLink: AlertLink.expires_at < now,
            SentCode: SentCode.expires_at < now - DAY,
            ContactChange: (ContactChange.expires_at < now)
            & func.coalesce(ContactChange.undo_until < now, ContactChange.made_at.is_(None)),
            Throttle: (Throttle.long_started_at < now - DAY) & (Throttle.in_a_row == 0),
            Device: Device.last_seen_at < now - BROWSER_RETENTION,
            Browser: (Browser.last_seen_at < now - DAY) & Browser.id.not_in(select(Device.browser_id)),
        }
        dead_grants = select(Grant.id).where(Grant.expires_at < now - DAY)
        gone = {"refresh_tokens": self._execute(delete(RefreshToken).where(RefreshToken.grant_id.in_(dead_grants)))}
        gone["grants"] = self._execute(delete(Grant).where(Grant.expires_at < now - DAY))
        for model, over in ended.items():
            gone[model.__tablename__] = self._execute(delete(model).where(over))
        if not keep_codes:
            saved = RecoverySet.acknowledged_at.is_not(None) & RecoverySet.sealed_codes.is_not(None)
            gone["readable_codes"] = self._execute(update(RecoverySet).where(saved).values(sealed_codes=None))
        lapsed = update(Device).where(Device.trusted_until <= now)
        gone["remembered"] = self._execute(lapsed.values(trusted_at=None, trusted_until=None, trust_epoch=None))
        return gone
