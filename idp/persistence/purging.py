"""Deletion of ended rows, each type after its own retention period."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, func, select, update

from idp.kernel.clock import DAY
from idp.persistence.assertion_replay import AssertionId
from idp.persistence.base import Base, Store
from idp.persistence.consents import Consent
from idp.persistence.contact_changes import ContactChange
from idp.persistence.devices import Browser, Device
from idp.persistence.factors import Factor
from idp.persistence.grants import Grant, RefreshToken, RevokedToken
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.passkey_challenges import Challenge
from idp.persistence.password_resets import PasswordReset
from idp.persistence.recovery_codes import RecoverySet
from idp.persistence.sent_codes import SentCode
from idp.persistence.sessions import Session
from idp.persistence.sign_in_alert_links import AlertLink
from idp.persistence.throttles import Throttle

BROWSER_RETENTION = 400 * DAY
"""Seconds after which an unused browser is unknown; also the longest cookie lifetime in browsers."""


PERSONAL_TABLES = (Factor, RecoverySet, Device, Consent, SentCode, ContactChange, PasswordReset, AlertLink)
"""Tables whose rows belong to one person."""


class PurgeStore(Store):
    """Deletes ended rows and counts them."""

    def delete_person(self, user_id: str) -> None:
        """Delete the rows of a closed account; ended sessions and grants are purged later."""
        for model in PERSONAL_TABLES:
            self._execute(delete(model).where(model.user_id == user_id))

    def run(self, *, session_idle: int, keep_codes: bool) -> dict[str, int]:
        """Delete ended rows; return the number deleted per table.

        Grants and the attempt counts of sent codes are kept for a day after their end and login flows for an hour, so
        that late or repeated requests get the right answer. Failures in a row are kept while they are limited:
        otherwise a few tries a day could go on for ever. `session_idle` is in seconds. Unless `keep_codes`, sealed
        copies of saved recovery codes are deleted.
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
