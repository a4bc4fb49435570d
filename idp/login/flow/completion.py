"""The end of a sign-in: a session opened, or the one at hand raised, and in either case a new name for it."""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event
from idp.config import Settings
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest
from idp.login import devices
from idp.login.flow import alerts
from idp.login.policy.proofs import SECOND, Method, to_rows
from idp.login.revocation import end_session
from idp.login.state.login_flow import Attempt
from idp.login.state.person import Person
from idp.messaging.notices import Notice, notify
from idp.persistence.devices import Device
from idp.persistence.sessions import Session
from idp.persistence.transaction import Transaction
from idp.signing.sealing import Sealer

LONGEST_USER_AGENT = 300


@dataclass(frozen=True)
class Completed:
    """The cookies that the browser now gets."""

    session_handle: str
    browser_cookie: str


def complete(
    tx: Transaction,
    attempt: Attempt,
    person: Person,
    *,
    browser_cookie: str | None,
    entropy: Entropy,
    sealer: Sealer,
    settings: Settings,
) -> Completed:
    """Open or raise the session for what was proven, remember the device if asked, and tell of a new browser."""
    met = devices.meet(tx, entropy, person.user, browser_cookie)
    device = met.device
    handle = entropy.token()
    sid = _rise(tx, attempt, device, handle) if attempt.raises_session else None
    if sid is None:
        sid = _open(tx, attempt, person, device, handle, entropy=entropy, settings=settings)
    second = [
        proof.at for proof in attempt.proofs if proof.method in SECOND and proof.method is not Method.RECOVERY_CODE
    ]
    if attempt.login.remember and second and settings.remember_days:
        devices.remember(tx, device, person.user, proven_at=max(second), days=settings.remember_days)
        notify(tx, person.user, Notice.DEVICE_REMEMBERED)
    assurance = attempt.state.assurance
    audit.record(
        tx,
        Event.SIGN_IN,
        user_id=person.user.id,
        client_id=attempt.login.client_id,
        sid=sid,
        acr=assurance.level.acr,
        amr=list(assurance.amr),
        device_id=device.id,
    )
    tx.password_resets.forget(person.user.id)  # whoever got in has no need of them
    if met.new:
        alerts.tell(tx, person.user, sid=sid, device=device, entropy=entropy, sealer=sealer, settings=settings)
    return Completed(handle, met.cookie)


def _rise(tx: Transaction, attempt: Attempt, device: Device, handle: str) -> str | None:
    visitor = attempt.visitor
    if visitor is None:
        return None
    rows = to_rows((*visitor.proofs, *attempt.proofs))
    session = visitor.session
    risen = tx.sessions.rise(session.sid, handle_digest=digest(handle), proofs=rows, device_id=device.id)
    return session.sid if risen else None


def _open(
    tx: Transaction,
    attempt: Attempt,
    person: Person,
    device: Device,
    handle: str,
    *,
    entropy: Entropy,
    settings: Settings,
) -> str:
    if attempt.visitor is not None:  # somebody else was signed in here: their session ends, and what was given in it
        end_session(tx, attempt.visitor.session, reason="another person signed in here")
    session = Session(
        sid=entropy.token(16),
        handle_digest=digest(handle),
        user_id=person.user.id,
        device_id=device.id,
        proofs=to_rows(attempt.proofs),
        expires_at=tx.now + settings.session_lifetime,
        address=tx.origin.address,
        user_agent=tx.origin.user_agent[:LONGEST_USER_AGENT],
    )
    tx.sessions.open(session)
    return session.sid
