"""The end of a login flow: a session is opened, or the present one is stepped up, under a new handle."""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event
from idp.kernel.handles import digest
from idp.login import devices
from idp.login.access_revocation import end_session
from idp.login.flow import sign_in_alerts
from idp.login.policy.methods import SECOND, Method
from idp.login.policy.proofs import to_rows
from idp.login.state.login_flow import LoginFlow, stored_requirement
from idp.login.state.person import Person
from idp.login.state.reasons import reasons
from idp.messaging.notices import Notice, notify
from idp.persistence.devices import Browser, Device
from idp.persistence.sessions import Session
from idp.persistence.transaction import Transaction
from idp.services import Services

LONGEST_USER_AGENT = 300


@dataclass(frozen=True)
class Completed:
    """The cookie values for the browser."""

    session_handle: str
    browser_cookie: str


def complete(
    tx: Transaction, flow: LoginFlow, person: Person, browser: Browser | None, services: Services
) -> Completed:
    """Open or step up the session; remember the device if requested; alert about a new browser."""
    registration = devices.register_device(tx, services.entropy, person.user, browser)
    device = registration.device
    handle = services.entropy.token()
    sid = _step_up_session(tx, flow, device, handle) if flow.is_step_up else None
    if sid is None:
        sid = _open_session(tx, flow, person, device, handle, services=services)
    second = [proof.at for proof in flow.proofs if proof.method in SECOND and proof.method is not Method.RECOVERY_CODE]
    days = flow.remember_days
    if flow.row.remember and second and days:
        devices.remember(tx, device, person.user, proven_at=max(second), days=days)
        notify(tx, person.user, Notice.DEVICE_REMEMBERED)
    assurance = flow.assurance
    audit.record(
        tx,
        Event.SIGN_IN,
        user_id=person.user.id,
        client_id=flow.row.client_id,
        sid=sid,
        acr=assurance.level.acr,
        amr=list(assurance.amr),
        device_id=device.id,
        policy=person.rules.version,
        asked_by=reasons(person, stored_requirement(flow.row), now=tx.now),
        asked=flow.requirement.min_level.acr,
    )
    if any(proof.method is Method.PASSWORD for proof in flow.proofs):
        tx.password_resets.delete_for_user(person.user.id)  # the person knows the password
    if registration.new:
        sign_in_alerts.alert_new_browser(tx, person.user, sid=sid, device=device, services=services)
    return Completed(handle, registration.cookie)


def _step_up_session(tx: Transaction, flow: LoginFlow, device: Device, handle: str) -> str | None:
    auth_session = flow.auth_session
    if auth_session is None:
        return None
    rows = to_rows((*auth_session.proofs, *flow.proofs))
    session = auth_session.session
    rotated = tx.sessions.rotate(session.sid, handle_digest=digest(handle), proofs=rows, device_id=device.id)
    return session.sid if rotated else None


def _open_session(
    tx: Transaction, flow: LoginFlow, person: Person, device: Device, handle: str, *, services: Services
) -> str:
    if flow.auth_session is not None:  # somebody else was signed in here: their session ends, and what was given in it
        end_session(tx, flow.auth_session.session, reason="another person signed in here")
    session = Session(
        sid=services.entropy.token(16),
        handle_digest=digest(handle),
        user_id=person.user.id,
        device_id=device.id,
        proofs=to_rows(flow.proofs),
        expires_at=tx.now + services.settings.session_lifetime,
        address=tx.origin.address,
        user_agent=tx.origin.user_agent[:LONGEST_USER_AGENT],
    )
    tx.sessions.open(session)
    tx.users.record_sign_in(person.user)
    for surplus in tx.sessions.list_surplus(person.user.id, services.settings.sessions_per_person):
        end_session(tx, surplus, reason="too many sessions")
    return session.sid
