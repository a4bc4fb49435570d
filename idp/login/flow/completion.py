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
from idp.login.state.login_flow import LoginFlow
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
    flow: LoginFlow,
    person: Person,
    *,
    browser_cookie: str | None,
    entropy: Entropy,
    sealer: Sealer,
    settings: Settings,
) -> Completed:
    """Open or raise the session for what was proven, remember the device if asked, and tell of a new browser."""
    met = devices.register_device(tx, entropy, person.user, browser_cookie)
    device = met.device
    handle = entropy.token()
    sid = _step_up_session(tx, flow, device, handle) if flow.is_step_up else None
    if sid is None:
        sid = _open_session(tx, flow, person, device, handle, entropy=entropy, settings=settings)
    second = [proof.at for proof in flow.proofs if proof.method in SECOND and proof.method is not Method.RECOVERY_CODE]
    if flow.row.remember and second and settings.remember_days:
        devices.remember(tx, device, person.user, proven_at=max(second), days=settings.remember_days)
        notify(tx, person.user, Notice.DEVICE_REMEMBERED)
    assurance = flow.state.assurance
    audit.record(
        tx,
        Event.SIGN_IN,
        user_id=person.user.id,
        client_id=flow.row.client_id,
        sid=sid,
        acr=assurance.level.acr,
        amr=list(assurance.amr),
        device_id=device.id,
    )
    tx.password_resets.delete_for_user(person.user.id)  # whoever got in has no need of them
    if met.new:
        alerts.alert_new_browser(
            tx, person.user, sid=sid, device=device, entropy=entropy, sealer=sealer, settings=settings
        )
    return Completed(handle, met.cookie)


def _step_up_session(tx: Transaction, flow: LoginFlow, device: Device, handle: str) -> str | None:
    auth_session = flow.auth_session
    if auth_session is None:
        return None
    rows = to_rows((*auth_session.proofs, *flow.proofs))
    session = auth_session.session
    rotated = tx.sessions.rotate(session.sid, handle_digest=digest(handle), proofs=rows, device_id=device.id)
    return session.sid if rotated else None


def _open_session(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    device: Device,
    handle: str,
    *,
    entropy: Entropy,
    settings: Settings,
) -> str:
    if flow.auth_session is not None:  # somebody else was signed in here: their session ends, and what was given in it
        end_session(tx, flow.auth_session.session, reason="another person signed in here")
    session = Session(
        sid=entropy.token(16),
        handle_digest=digest(handle),
        user_id=person.user.id,
        device_id=device.id,
        proofs=to_rows(flow.proofs),
        expires_at=tx.now + settings.session_lifetime,
        address=tx.origin.address,
        user_agent=tx.origin.user_agent[:LONGEST_USER_AGENT],
    )
    tx.sessions.open(session)
    return session.sid
