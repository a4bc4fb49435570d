"""Audit events, recorded in the transaction that caused them.

    record(tx, Event.X, user_id=...)    one row: event, outcome, person, client, origin, administrator, details

Event and change commit together, so neither exists alone. Rows never hold a secret: no password, code, seed, token or
handle.

Whoever causes failures could fill the trail, so they are counted (`bounds`): every one is logged and measured, and in
an hour only some are stored, the later ones with their number.
"""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import Any

from idp.audit.bounds import Bound, bound_for, bound_of_names
from idp.persistence.audit_events import AuditEvent
from idp.persistence.transaction import Transaction

log = logging.getLogger("idp.audit")

MAX_TEXT = 300
"""Characters kept of a user agent: it is untrusted input."""


class Event(StrEnum):
    """Event types; names are stable, operators search by them."""

    SIGN_IN = "sign_in"
    PASSWORD = "sign_in.password"
    PASSKEY = "sign_in.passkey"
    SECOND_STEP = "sign_in.second_step"
    RECOVERY_CODE = "sign_in.recovery_code"
    CODE_SENT = "code.sent"
    SIGN_IN_CANCELLED = "sign_in.cancelled"
    SIGN_OUT = "sign_out"
    SESSION_ENDED = "session.ended"
    SIGN_IN_DISOWNED = "sign_in.disowned"
    RESET_ASKED = "password.reset_asked"
    PASSWORD_CHANGED = "password.changed"
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
    SIGN_IN_REQUESTED = "sign_in.requested"
    CONSENT_GIVEN = "consent.given"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_REVOKED = "consent.revoked"
    AUTHORIZED = "authorization.granted"
    AUTHORIZATION_REFUSED = "authorization.refused"
    LOGOUT_TARGET_REFUSED = "sign_out.target_refused"
    TOKEN_ISSUED = "token.issued"
    TOKEN_REFUSED = "token.refused"
    TOKEN_REVOKED = "token.revoked"
    CODE_REPLAYED = "code.replayed"
    REFRESH_REPLAYED = "refresh_token.replayed"
    CLIENT_REFUSED = "client.authentication_failed"
    USER_ADDED = "user.added"
    USER_CHANGED = "user.changed"
    REGISTRATION_ASKED = "user.registration_asked"
    USER_REGISTERED = "user.registered"
    MFA_RESET = "user.mfa_reset"
    USER_UNLOCKED = "user.unlocked"
    INVITED = "user.invited"
    INVITATION_WITHDRAWN = "user.invitation_withdrawn"
    RESET_SENT = "password.reset_sent"
    PEOPLE_EXPORTED = "people.exported"
    CLIENT_ADDED = "client.added"
    CLIENT_CHANGED = "client.changed"
    CLIENT_REMOVED = "client.removed"
    CLIENT_TRIED = "client.tried"
    CLIENT_REGISTERED = "client.registered"
    CLIENT_APPROVED = "client.approved"
    CLIENT_EXPIRED = "client.expired"
    REGISTRATION_TOKEN_ADDED = "registration_token.added"
    REGISTRATION_TOKEN_REMOVED = "registration_token.removed"
    KEYS_ROTATED = "keys.rotated"
    SEALING_KEY_CHANGED = "keys.sealing_changed"
    GROUP_ADDED = "group.added"
    GROUP_CHANGED = "group.changed"
    GROUP_REMOVED = "group.removed"
    GROUP_MEMBER_ADDED = "group.member_added"
    GROUP_MEMBER_REMOVED = "group.member_removed"
    API_CHANGED = "api.changed"
    TRUSTED_ISSUER_CHANGED = "trusted_issuer.changed"
    ATTRIBUTE_CHANGED = "attribute.changed"
    ROLE_GRANTED = "role.granted"
    ROLE_WITHDRAWN = "role.withdrawn"
    ADMIN_REFUSED = "admin.refused"
    POLICY_CHANGED = "policy.changed"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_END_ACCEPTED = "audit.end_accepted"
    MAIL_ABANDONED = "mail.abandoned"
    MESSAGE_ABANDONED = "message.abandoned"
    MESSAGE_SENT_AGAIN = "message.sent_again"
    LOGOUT_ABANDONED = "backchannel_logout.abandoned"
    PING_ABANDONED = "ciba_ping.abandoned"


REPEATABLE = frozenset({Event.SIGN_IN_CANCELLED, Event.CONSENT_REFUSED, Event.RESET_ASKED, Event.REGISTRATION_ASKED})
"""Successes that a caller can cause again and again without having proven anything new."""


OF_NAMES = frozenset({Event.PASSWORD, Event.RESET_ASKED, Event.REGISTRATION_ASKED})
"""Counted by network for every name: another number of statements would tell which names exist."""
OF_CLIENTS = frozenset({Event.CLIENT_REFUSED, Event.TOKEN_REFUSED})
"""Events that the client itself causes; in others it is only where a browser came from."""


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
    bound: Bound | None = None,
    **detail: str | int | bool | list[str] | None,
) -> None:
    """Record one event; `detail` must hold no secrets, and None values are omitted.

    `client_id` is a registered client's. `bound` replaces that of the person, client or network for repeated events.
    """
    about: dict[str, Any] = {"user_id": user_id, "client_id": client_id, "sid": sid}
    facts: dict[str, Any] = {name: value for name, value in detail.items() if value is not None}
    if bound is None and tx.origin.request_id and (outcome is not Outcome.SUCCESS or event in REPEATABLE):
        bound = _bound(tx, event, outcome, user_id=user_id, client_id=client_id)
    number = bound.count(tx) if bound else 0
    if bound and number > bound.most:
        facts["number_in_this_hour"] = number
    if bound is None or bound.is_stored(number):
        tx.audit.append(AuditEvent(event=event, outcome=outcome, detail=facts, **about, **_origin(tx)))
    log.info("%s %s", event, outcome, extra={"event": event, "outcome": outcome, "about": about | facts})


def _origin(tx: Transaction) -> dict[str, Any]:
    address, user_agent = tx.origin.address[:MAX_TEXT], tx.origin.user_agent[:MAX_TEXT]
    return {
        "address": address,
        "user_agent": user_agent,
        "request_id": tx.origin.request_id,
        "actor_id": tx.origin.actor_id,
    }


def _bound(tx: Transaction, event: Event, outcome: Outcome, *, user_id: str | None, client_id: str | None) -> Bound:
    what = f"{event}:{outcome}"
    if event in OF_NAMES:
        return bound_of_names(tx, what)
    return bound_for(tx, what, user_id=user_id, client_id=client_id if event in OF_CLIENTS else None)
