"""The security page: how the person signs in, which devices are remembered, where they are signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from idp.account import change_guard, responses
from idp.account.pages.devices_and_sessions import device_row, live_sessions, session_row
from idp.account.pages.passkey import backup_state
from idp.factors.recovery_codes import COUNT
from idp.factors.sent_code import mask
from idp.kernel.dates import Moment
from idp.login.flow.session_guard import requires
from idp.login.policy.methods import Method
from idp.login.state.person import Person
from idp.login.state.session import AuthenticatedSession
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.web import account_paths

blueprint = Blueprint("security", __name__)


@blueprint.get(account_paths.SECURITY)
@requires()
def show_page(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Show everything on one page."""
    person, own = auth_session.person, auth_session.session
    user = person.user
    sessions = live_sessions(tx.sessions.for_user(user.id), own, tx.now)
    return responses.render(
        auth_session,
        "account/security.html",
        notice=responses.notice(),
        password={"changed": Moment(user.password_changed_at), "href": account_paths.PASSWORD},
        two_step=_two_step(person),
        passkeys=[_passkey(factor) for factor in person.factors_of(Method.PASSKEY)],
        add_passkey_href=account_paths.ADD_PASSKEY if person.is_permitted(Method.PASSKEY) else None,
        messages=[_messages(person, method) for method in person.channels],
        recovery=_recovery(person),
        devices=[device_row(device, own) for device in tx.devices.trusted_for_user(user.id, user.epoch)],
        sessions=[session_row(session, own) for session in sessions],
        end_others_action=account_paths.END_OTHER_SESSIONS if len(sessions) > 1 else None,
    )


@blueprint.get(account_paths.SET_UP)
@requires(back=account_paths.SECURITY)
def start_enrolment(tx: Transaction, _: AuthenticatedSession) -> Response:
    """Start the required enrolment before its time is over; the bar on every page links here."""
    raise change_guard.enrolment_needed(tx.now, f"{account_paths.SECURITY}?done=saved")


def _two_step(person: Person) -> dict[str, Any]:
    apps = person.factors_of(Method.TOTP)
    return {
        "on": bool(apps),
        "shown": bool(apps) or person.is_permitted(Method.TOTP),
        "any": person.has_second_step,
        "remove_href": account_paths.factor_path(apps[0].id) if apps and not person.is_last(apps[0]) else None,
        "required": person.policy.required,
        "since": Moment(apps[0].created_at) if apps else "",
        "set_up_href": account_paths.TOTP,
        "replace_href": account_paths.TOTP,
        "turn_off_href": account_paths.TURN_OFF,
    }


def _messages(person: Person, method: Method) -> dict[str, Any]:
    """Return the codes of one channel: their destination if set up, and the page to set them up or see more."""
    factor = next(iter(person.factors_of(method)), None)
    return {
        "name": method.spec.name,
        "symbol": method.spec.symbol,
        "hint": method.spec.enrolment.account_hint if method.spec.enrolment else "",
        "on": factor is not None,
        "masked": mask(factor.address or "") if factor else "",
        "used": Moment(factor.last_used_at) if factor and factor.last_used_at else "",
        "href": account_paths.factor_path(factor.id) if factor else account_paths.sent_codes_path(method),
    }


def _passkey(factor: Factor) -> dict[str, Any]:
    return {
        "name": factor.label,
        "added": Moment(factor.created_at),
        "used": Moment(factor.last_used_at) if factor.last_used_at else "",
        "kind": backup_state(factor),
        "href": account_paths.passkey_path(factor.id),
    }


def _recovery(person: Person) -> dict[str, Any] | None:
    """Return how many codes are left; none yet for somebody whose authenticator app was imported."""
    if not person.has_second_step:
        return None
    viewable = person.recovery is not None and person.policy.codes_viewable
    show_href = account_paths.VIEW_CODES if viewable else None
    return {"left": person.codes_left, "total": COUNT, "href": account_paths.REGENERATE, "show_href": show_href}
