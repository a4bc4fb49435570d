"""Paths of the console's pages, for their routes and all packages that link there."""

from __future__ import annotations

from urllib.parse import urlencode

HOME = "/admin/"
PEOPLE = "/admin/people"
GROUPS = "/admin/groups"
POLICY = "/admin/policy"
SESSIONS = "/admin/sessions"
END_SESSIONS = "/admin/sessions/end"
DEVICES = "/admin/sessions/devices"
APPS = "/admin/apps"
AUDIT = "/admin/audit"
AUDIT_EXPORT = "/admin/audit/export"
MESSAGES = "/admin/messages"
KEYS = "/admin/keys"


def person_path(user_id: str) -> str:
    """Return the path of one person's page; `<user_id>` makes it a route."""
    return f"{PEOPLE}/{user_id}"


def group_path(group_id: str) -> str:
    """Return the path of one group's page; `<group_id>` makes it a route."""
    return f"{GROUPS}/{group_id}"


def app_path(client_id: str) -> str:
    """Return the path of one app's page; `<client_id>` makes it a route."""
    return f"{APPS}/{client_id}"


def audit_event_path(event_id: str) -> str:
    """Return the path of one audit event's page; `<int:event_id>` makes it a route."""
    return f"{AUDIT}/{event_id}"


def audit_search_path(**typed: str) -> str:
    """Return the path of a search of the audit trail by its fields, such as `person` or `request_id`."""
    return f"{AUDIT}?{urlencode(typed)}"


def end_session_path(sid: str) -> str:
    """Return the path that ends one session; `<sid>` makes it a route."""
    return f"{SESSIONS}/{sid}/end"


def forget_device_path(device_id: str) -> str:
    """Return the path that forgets one remembered device; `<device_id>` makes it a route."""
    return f"{DEVICES}/{device_id}/forget"


def sessions_search_path(path: str = SESSIONS, **typed: str) -> str:
    """Return the path of a search of sessions or devices by its fields, such as `person`."""
    return f"{path}?{urlencode(typed)}" if typed else path
