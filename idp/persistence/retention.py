"""How long the rows of each table are kept, for purging, its documentation and its tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, select

from idp.kernel.clock import DAY, HOUR
from idp.persistence.assertion_replay import AssertionId
from idp.persistence.audit_events import AuditEvent
from idp.persistence.background_jobs import Job
from idp.persistence.base import Base
from idp.persistence.clients import Client
from idp.persistence.consents import Consent
from idp.persistence.contact_changes import ContactChange
from idp.persistence.devices import Browser, Device
from idp.persistence.factors import Factor
from idp.persistence.grants import Grant, RefreshToken, RevokedToken
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.outbox import OutboxMessage
from idp.persistence.passkey_challenges import Challenge
from idp.persistence.password_resets import PasswordReset
from idp.persistence.recovery_codes import RecoveryCode, RecoverySet
from idp.persistence.sent_codes import SentCode
from idp.persistence.sessions import Session
from idp.persistence.sign_in_alert_links import AlertLink
from idp.persistence.throttles import Throttle
from idp.persistence.users import User

BROWSER_RETENTION = 400 * DAY
"""Seconds after which an unused browser is unknown; also the longest cookie lifetime in browsers."""
OUTBOX_RETENTION = 30 * DAY
"""Seconds; a running channel delivers or abandons a message within a day, one that was switched off never does."""


@dataclass(frozen=True)
class Retention:
    """The time (seconds, UTC), and the settings that purging follows."""

    now: int
    session_idle: int
    audit_days: int
    """0: for ever."""
    keep_codes: bool
    """Whether sealed copies of saved recovery codes are kept."""


NOT_BY_STRANGERS = "a stranger adds none"

Over = Callable[[Retention], ColumnElement[bool]]
"""Returns the condition of rows whose life is over."""


@dataclass(frozen=True)
class Life:
    """The life of a table's rows.

    Without `over` nothing is purged: rows end with what `until` names, by a change or by a foreign key. `bounded_by` is
    what bounds how fast somebody who has proven nothing can add rows.
    """

    model: type[Base]
    grows_with: str
    until: str
    over: Over | None = None
    bounded_by: str = NOT_BY_STRANGERS

    @property
    def table(self) -> str:
        """Return the table's name."""
        return str(self.model.__tablename__)


@dataclass(frozen=True)
class Erasure:
    """Columns that are emptied before their row ends."""

    name: str
    model: type[Base]
    columns: tuple[str, ...]
    over: Over


def _audit_is_over(at: Retention) -> ColumnElement[bool]:
    return AuditEvent.at < at.now - at.audit_days * DAY if at.audit_days else false()


def _change_is_over(at: Retention) -> ColumnElement[bool]:
    no_undo = func.coalesce(ContactChange.undo_until < at.now, ContactChange.made_at.is_(None))
    return (ContactChange.expires_at < at.now) & no_undo


def _grant_is_over(at: Retention) -> ColumnElement[bool]:
    return Grant.expires_at < at.now - DAY


LIVES = (
    Life(User, "people", "for ever; of a closed account the `sub` alone is left, so that it is never given again"),
    Life(Factor, "people", "the person removes it, or the account is closed"),
    Life(RecoverySet, "people", "new codes replace it, the second step is turned off, or the account is closed"),
    Life(RecoveryCode, "people", "its set ends"),
    Life(Consent, "people and apps", "the person withdraws it, the app is removed, or the account is closed"),
    Life(Client, "apps", "an administrator removes it"),
    Life(Job, "nothing: one row for each periodic job", "for ever"),
    Life(
        LoginFlowRow,
        "sign-ins",
        "an hour after its end (`login_lifetime`), so that a late request gets the right answer",
        lambda at: LoginFlowRow.expires_at < at.now - HOUR,
        "`login_flows_per_network` in 15 minutes; at most 20 of a browser are open; a request has at most 6144 bytes",
    ),
    Life(
        Session,
        "sign-ins",
        "sign-out, `session_idle` without use, or `session_lifetime`",
        lambda at: (Session.expires_at < at.now) | (Session.last_seen_at < at.now - at.session_idle),
    ),
    Life(
        Challenge,
        "sign-ins with a passkey",
        "its expiry",
        lambda at: Challenge.expires_at < at.now,
        "one for each login flow",
    ),
    Life(
        SentCode,
        "codes by message",
        "a day after its expiry, since its tries are still counted",
        lambda at: SentCode.expires_at < at.now - DAY,
        "the password is proven first; one row for each login flow and channel; the limits of codes",
    ),
    Life(
        RefreshToken,
        "refreshes",
        "its grant ends; used ones are kept, so that a replay is noticed",
        lambda at: RefreshToken.grant_id.in_(select(Grant.id).where(_grant_is_over(at))),
    ),
    Life(Grant, "sign-ins to apps", "a day after `refresh_token_lifetime`, revoked or not", _grant_is_over),
    Life(
        RevokedToken,
        "access tokens revoked one by one",
        "the token would have expired",
        lambda at: RevokedToken.expires_at < at.now,
    ),
    Life(
        AssertionId,
        "requests with `private_key_jwt`",
        "the assertion expires",
        lambda at: AssertionId.expires_at < at.now,
    ),
    Life(
        PasswordReset,
        "requests for a link",
        "its expiry, or a sign-in with the password",
        lambda at: PasswordReset.expires_at < at.now,
        "none for names that nobody has; the limits of links for a person, and for a network",
    ),
    Life(AlertLink, "notices by mail", "its expiry", lambda at: AlertLink.expires_at < at.now),
    Life(
        ContactChange,
        "changes of address or number",
        "its expiry, and of one that was made the end of the time to undo it",
        _change_is_over,
    ),
    Life(
        Throttle,
        "names and networks that are tried",
        "a day after the last window began; failed codes in a row until a right one or an administrator's reset",
        lambda at: (Throttle.long_started_at < at.now - DAY) & (Throttle.in_a_row == 0),
        "names: two rows each, within the limits of wrong passwords and links of a network; failures: one row for each "
        "kind and person, client or network",
    ),
    Life(
        OutboxMessage,
        "messages",
        "it is delivered, or given up after a day; after 30 days where nobody delivers its channel",
        lambda at: OutboxMessage.created_at < at.now - OUTBOX_RETENTION,
        "none for names that nobody has; the limits of links and codes for a person",
    ),
    Life(
        Device,
        "browsers of a person",
        "400 days without use, or the account is closed",
        lambda at: Device.last_seen_at < at.now - BROWSER_RETENTION,
    ),
    Life(
        Browser,
        "browsers",
        "nobody has a device there, and a day has passed without use",
        lambda at: (Browser.last_seen_at < at.now - DAY) & Browser.id.not_in(select(Device.browser_id)),
        "one for each finished sign-in",
    ),
    Life(
        AuditEvent,
        "everything",
        "`audit_retention_days` (0: for ever)",
        _audit_is_over,
        "in an hour 10 failures of a kind of a network, 50 of a person or client, and each power of ten after that",
    ),
)
"""In the order of purging: what hangs on other rows comes before them."""

ERASURES = (
    Erasure(
        "readable_codes",
        RecoverySet,
        ("sealed_codes",),
        lambda at: (
            false()
            if at.keep_codes
            else RecoverySet.acknowledged_at.is_not(None) & RecoverySet.sealed_codes.is_not(None)
        ),
    ),
    Erasure(
        "remembered",
        Device,
        ("trusted_at", "trusted_until", "trust_epoch"),
        lambda at: Device.trusted_until <= at.now,
    ),
)
"""Copies of recovery codes that may no longer be shown; the trust in a device that is no longer remembered."""
