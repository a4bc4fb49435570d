"""Audit events, recorded in the transaction that caused them.

    record(tx, Event.X, user_id=...)    one row: event, outcome, person, client, origin, details

Event and change commit together, so neither exists alone. Rows never hold a secret: no password, code, seed, token or
handle.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from enum import StrEnum

from idp.persistence.audit_events import AuditEvent
from idp.persistence.transaction import Transaction

log = logging.getLogger("idp.audit")

MAX_TEXT = 300
"""Characters kept of a user agent: it is untrusted input."""


class Event(StrEnum):
    """Event types; names are stable, operators search by them."""

    SIGN_IN = "sign_in"
    PASSWORD = "sign_in.password"  # noqa: S105 - the name of an event
    PASSKEY = "sign_in.passkey"
    SECOND_STEP = "sign_in.second_step"
    RECOVERY_CODE = "sign_in.recovery_code"
    CODE_SENT = "code.sent"
    SIGN_IN_CANCELLED = "sign_in.cancelled"
    SIGN_OUT = "sign_out"
    SESSION_ENDED = "session.ended"
    SIGN_IN_DISOWNED = "sign_in.disowned"
    RESET_ASKED = "password.reset_asked"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - the name of an event
    FACTOR_ADDED = "factor.added"
    FACTOR_REMOVED = "factor.removed"
    FACTOR_RENAMED = "factor.renamed"
    SECOND_STEP_DUE = "second_step.due"
    RECOVERY_CODES_MADE = "recovery_codes.made"
    RECOVERY_CODES_SAVED = "recovery_codes.saved"
    RECOVERY_CODES_SHOWN = "recovery_codes.shown"
    DEVICE_REMEMBERED = "device.remembered"
    DEVICE_FORGOTTEN = "device.forgotten"
    DEVICE_COPIED = "device.copied"
    PROFILE_CHANGED = "profile.changed"
    EMAIL_ASKED = "email.change_asked"
    EMAIL_CHANGED = "email.changed"
    PHONE_CHANGED = "phone.changed"
    CONTACT_UNDONE = "contact.undone"
    DATA_EXPORTED = "account.exported"
    ACCOUNT_CLOSED = "account.closed"
    CONSENT_GIVEN = "consent.given"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_REVOKED = "consent.revoked"
    AUTHORIZED = "authorization.granted"
    AUTHORIZATION_REFUSED = "authorization.refused"
    LOGOUT_TARGET_REFUSED = "sign_out.target_refused"
    TOKEN_ISSUED = "token.issued"  # noqa: S105 - the name of an event
    TOKEN_REFUSED = "token.refused"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - the name of an event
    CODE_REPLAYED = "code.replayed"
    REFRESH_REPLAYED = "refresh_token.replayed"
    CLIENT_REFUSED = "client.authentication_failed"
    USER_ADDED = "user.added"
    USER_CHANGED = "user.changed"
    MFA_RESET = "user.mfa_reset"
    CLIENT_ADDED = "client.added"
    CLIENT_CHANGED = "client.changed"
    CLIENT_REMOVED = "client.removed"
    KEYS_ROTATED = "keys.rotated"
    MAIL_ABANDONED = "mail.abandoned"
    MESSAGE_ABANDONED = "message.abandoned"
    LOGOUT_ABANDONED = "backchannel_logout.abandoned"


class Outcome(StrEnum):
    """The outcome of an event."""

    SUCCESS = "success"
    FAILURE = "failure"
    THROTTLED = "throttled"


def record(
    tx: Transaction,
    event: Event,
    outcome: Outcome = Outcome.SUCCESS,
    *,
    user_id: str | None = None,
    client_id: str | None = None,
    sid: str | None = None,
    **detail: str | int | bool | list[str] | None,
) -> None:
    """Record one event; `detail` must hold no secrets, and None values are omitted."""
    facts = {name: value for name, value in detail.items() if value is not None}
    origin = tx.origin
    row = AuditEvent(
        event=event,
        outcome=outcome,
        user_id=user_id,
        client_id=client_id,
        sid=sid,
        address=origin.address[:MAX_TEXT],
        user_agent=origin.user_agent[:MAX_TEXT],
        request_id=origin.request_id,
        detail=facts,
    )
    tx.audit.append(row)
    log_event(event, outcome, {"user_id": user_id, "client_id": client_id, "sid": sid, **facts})


def log_event(event: Event, outcome: Outcome, about: Mapping[str, object]) -> None:
    """Log and count an event; `record` does both, and stores it."""
    log.info("%s %s", event, outcome, extra={"event": event, "outcome": outcome, "about": dict(about)})
