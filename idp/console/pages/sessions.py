"""Sessions and remembered devices of everybody: search, end one, forget one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from werkzeug.datastructures import MultiDict

from idp.admin import Refused, sessions
from idp.admin.permissions import Permission
from idp.admin.sessions import AGES, TypedSessionFilter
from idp.console import paging, responses
from idp.console.guard import Admin, changes, views
from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.persistence.devices import Device
from idp.persistence.keyset import Key, Page
from idp.persistence.sessions import Session
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.web import console_paths, geoip
from idp.web.choices import options
from idp.web.context import services
from idp.web.forms import single_value

LONGEST = 300
"""Characters of a field of the search."""
NOTICES = {
    "ended": Text("That browser is signed out, and so are the apps that were opened from it."),
    "ended-all": Text("Every session that matched has ended."),
    "forgotten": Text("That device is no longer remembered: it is asked for a code at the next sign-in."),
}

blueprint = Blueprint("sessions", __name__)


@blueprint.get(console_paths.SESSIONS)
@views(Permission.VIEW_SESSIONS)
def show_page(tx: Transaction, admin: Admin) -> Response:
    """Show one page of the sessions that were searched for."""
    typed, errors, wanted = typed_filter(request.args), dict[str, str](), None
    page = Page[Session]()
    try:
        wanted = sessions.parse_filter(tx, typed, idle=services().settings.session_idle, now=tx.now)
    except Refused as refused:
        errors = refused.fields
    by_address = wanted is not None and wanted.network is not None
    if wanted is not None:
        position = paging.position((str, str) if by_address else (int, str))
        page = tx.session_search.page(wanted, position, limit=paging.PAGE)
    people = tx.users.by_ids({session.user_id for session in page.records}) if page.records else {}

    def key(session: Session) -> Key:
        return (session.address_key if by_address else session.created_at, session.sid)

    return responses.render(
        admin,
        "console/sessions.html",
        status=200,
        errors=errors,
        notices=NOTICES,
        **_common(typed, console_paths.SESSIONS),
        sessions=[_session_row(session, people.get(session.user_id), admin) for session in page.records],
        links=paging.links(page, key),
        may_end=admin.may(Permission.END_SESSIONS),
        end_href=console_paths.sessions_search_path(console_paths.END_SESSIONS, **typed.given),
    )


@blueprint.get(console_paths.DEVICES)
@views(Permission.VIEW_SESSIONS)
def show_devices(tx: Transaction, admin: Admin) -> Response:
    """Show one page of the remembered devices that were searched for."""
    typed, errors = typed_filter(request.args), dict[str, str]()
    page = Page[Device]()
    try:
        wanted = sessions.parse_device_filter(tx, typed)
        page = tx.session_search.devices_page(wanted, paging.position((int, str)), limit=paging.PAGE)
    except Refused as refused:
        errors = refused.fields
    people = tx.users.by_ids({device.user_id for device in page.records}) if page.records else {}
    return responses.render(
        admin,
        "console/devices.html",
        status=200,
        errors=errors,
        notices=NOTICES,
        **_common(typed, console_paths.DEVICES),
        devices=[_device_row(device, people.get(device.user_id)) for device in page.records],
        links=paging.links(page, lambda device: (device.trusted_at or 0, device.id)),
        may_end=admin.may(Permission.END_SESSIONS),
    )


@blueprint.post(console_paths.end_session_path("<sid>"))
@changes(Permission.END_SESSIONS, recent=True, back=console_paths.SESSIONS)
def end_session(tx: Transaction, admin: Admin, sid: str) -> Response:
    """Sign one browser out."""
    return (
        responses.redirect_done(console_paths.SESSIONS, "ended")
        if sessions.end_one(tx, admin.actor, sid)
        else abort(404)
    )


@blueprint.post(console_paths.forget_device_path("<device_id>"))
@changes(Permission.END_SESSIONS, back=console_paths.DEVICES)
def forget_device(tx: Transaction, admin: Admin, device_id: str) -> Response:
    """Ask a device for a code again."""
    return (
        responses.redirect_done(console_paths.DEVICES, "forgotten")
        if sessions.forget_device(tx, admin.actor, device_id)
        else abort(404)
    )


def typed_filter(values: MultiDict[str, str]) -> TypedSessionFilter:
    """Return the fields of the search in an address or a form."""
    return TypedSessionFilter(
        **{
            name: single_value(values, name, longest=LONGEST).strip()
            for name in TypedSessionFilter.__dataclass_fields__
        }
    )


def _common(typed: TypedSessionFilter, here: str) -> dict[str, Any]:
    tabs = ((Text("Sessions"), console_paths.SESSIONS), (Text("Remembered devices"), console_paths.DEVICES))
    kept = {name: value for name, value in typed.given.items() if name in {"person", "age"}}
    return {
        "typed": typed,
        "filtered": bool(typed.given),
        "all_href": here,
        "ages": options({value: words[0] for value, words in AGES.items()}, typed.age),
        "tabs": [
            {"title": title, "href": console_paths.sessions_search_path(path, **kept), "current": path == here}
            for title, path in tabs
        ],
    }


def _person(user: User | None) -> dict[str, Any]:
    return {
        "name": user.display_name if user else "",
        "username": user.username if user else "",
        "person_href": console_paths.person_path(user.id) if user else "",
    }


def _session_row(session: Session, user: User | None, admin: Admin) -> dict[str, Any]:
    return _person(user) | {
        "browser": user_agents.browser_name(session.user_agent),
        "address": geoip.with_location(session.address),
        "since": Moment(session.created_at),
        "seen": Moment(session.last_seen_at),
        "own": session.sid == admin.auth_session.session.sid,
        "action": console_paths.end_session_path(session.sid),
    }


def _device_row(device: Device, user: User | None) -> dict[str, Any]:
    return _person(user) | {
        "device": user_agents.from_stored_name(device.name),
        "since": Moment(device.trusted_at or device.first_seen_at),
        "until": Moment(device.trusted_until or device.first_seen_at),
        "seen": Moment(device.last_seen_at),
        "action": console_paths.forget_device_path(device.id),
    }
