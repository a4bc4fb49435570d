"""The security page: how the person signs in, which devices are remembered, where they are signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from idp.account import reauthentication, responses
from idp.account.guard import requires
from idp.factors.recovery_codes import COUNT
from idp.factors.sent_code import mask
from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.login.policy.methods import Method
from idp.login.state.person import Person
from idp.login.state.session import AuthenticatedSession
from idp.persistence.devices import Device
from idp.persistence.factors import Factor
from idp.persistence.sessions import Session
from idp.persistence.transaction import Transaction
from idp.web import account_paths, geoip
from idp.web.context import services

blueprint = Blueprint("security", __name__)


@blueprint.get("/security")
@requires()
def show_page(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Everything on one page."""
    person, own = auth_session.person, auth_session.session
    user = person.user
    sessions = _live(tx.sessions.for_user(user.id), own, tx.now)
    return responses.render(
        auth_session,
        "account/security.html",
        notice=responses.notice(),
        password={"changed": Moment(user.password_changed_at), "href": account_paths.PASSWORD},
        two_step=_two_step(person),
        passkeys=[_passkey(factor) for factor in person.factors_of(Method.PASSKEY)],
        add_passkey_href=account_paths.ADD_PASSKEY,
        messages=[_messages(person, method) for method in person.channels(services().settings)],
        recovery=_recovery(person),
        devices=[_device(device, own) for device in tx.devices.trusted_for_user(user.id, user.epoch)],
        sessions=[_session(session, own) for session in sessions],
        end_others_action=f"{account_paths.SECURITY}/sessions/end-others" if len(sessions) > 1 else None,
    )


@blueprint.get("/security/set-up")
@requires(back=account_paths.SECURITY)
def start_enrolment(tx: Transaction, _: AuthenticatedSession) -> Response:
    """Where the bar leads: the set-up that a sign-in will insist on when the time is over, done now."""
    raise reauthentication.enrolment_needed(tx.now, f"{account_paths.SECURITY}?done=saved")


def _two_step(person: Person) -> dict[str, Any]:
    apps = person.factors_of(Method.TOTP)
    return {
        "on": bool(apps),
        "any": person.has_second_step,
        "remove_href": f"{account_paths.FACTORS}/{apps[0].id}" if apps and not person.is_last(apps[0]) else None,
        "required": person.must_have_second_step(services().settings),
        "since": Moment(apps[0].created_at) if apps else "",
        "set_up_href": account_paths.TOTP,
        "replace_href": account_paths.TOTP,
        "turn_off_href": account_paths.TURN_OFF,
    }


def _messages(person: Person, method: Method) -> dict[str, Any]:
    """Codes by one channel: where they go if they are set up, and where to set them up or see more."""
    factor = next(iter(person.factors_of(method)), None)
    return {
        "name": method.spec.name,
        "symbol": method.spec.symbol,
        "hint": method.spec.enrolment.account_hint if method.spec.enrolment else "",
        "on": factor is not None,
        "masked": mask(factor.address or "") if factor else "",
        "used": Moment(factor.last_used_at) if factor and factor.last_used_at else "",
        "href": f"{account_paths.FACTORS}/{factor.id}" if factor else f"{account_paths.CODES}/{method}",
    }


def _passkey(factor: Factor) -> dict[str, Any]:
    return {
        "name": factor.label,
        "added": Moment(factor.created_at),
        "used": Moment(factor.last_used_at) if factor.last_used_at else "",
        "kind": backup_state(factor),
        "href": f"{account_paths.PASSKEYS}/{factor.id}",
    }


def backup_state(factor: Factor) -> str:
    """Where a passkey is kept: `backed up`, `not yet`, or on `one device`; templates have the words."""
    if factor.backed_up:
        return "backed up"
    return "not yet" if factor.backup_eligible else "one device"


def _recovery(person: Person) -> dict[str, Any] | None:
    if person.recovery is None:
        return None
    show_href = account_paths.VIEW_CODES if services().settings.recovery_codes_viewable else None
    return {"left": person.codes_left, "total": COUNT, "href": account_paths.REGENERATE, "show_href": show_href}


def _device(device: Device, own: Session) -> dict[str, Any]:
    return {
        "name": user_agents.from_stored_name(device.name),
        "since": Moment(device.trusted_at or device.first_seen_at),
        "until": Moment(device.trusted_until or device.first_seen_at),
        "current": device.id == own.device_id,
        "action": f"{account_paths.SECURITY}/devices/{device.id}/forget",
    }


def _live(sessions: list[Session], own: Session, now: int) -> list[Session]:
    """Those that have not idled out, this browser's first."""
    idle = services().settings.session_idle
    return sorted((each for each in sessions if now < each.last_seen_at + idle), key=lambda each: each.sid != own.sid)


def _session(session: Session, own: Session) -> dict[str, Any]:
    return {
        "browser": user_agents.browser_name(session.user_agent),
        "place": geoip.location_from_here(session.address),
        "seen": Moment(session.last_seen_at),
        "current": session.sid == own.sid,
        "action": f"{account_paths.SECURITY}/sessions/{session.sid}/end",
    }
