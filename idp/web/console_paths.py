"""Paths of the console's pages, for their routes and all packages that link there."""

from __future__ import annotations

from urllib.parse import urlencode

HOME = "/admin/"
PEOPLE = "/admin/people"
GROUPS = "/admin/groups"
POLICY = "/admin/policy"
POLICY_RULE = f"{POLICY}/rule"
POLICY_REVIEW = f"{POLICY}/review"
POLICY_NAMES = f"{POLICY}/review/people"
POLICY_EXPLAIN = f"{POLICY}/explain"
POLICY_HISTORY = f"{POLICY}/history"
SESSIONS = "/admin/sessions"
ATTRIBUTES = "/admin/attributes"
END_SESSIONS = "/admin/sessions/end"
DEVICES = "/admin/sessions/devices"
APPS = "/admin/apps"
APIS = "/admin/apis"
AUDIT = "/admin/audit"
AUDIT_EXPORT = "/admin/audit/export"
NEW_PERSON = f"{PEOPLE}/new"
EXPORT_PEOPLE = f"{PEOPLE}/export"
CHANGE_MANY = f"{PEOPLE}/change"
MESSAGES = "/admin/messages"
KEYS = "/admin/keys"
ROTATE_KEYS = "/admin/keys/rotate"
REPLACE_KEYS = "/admin/keys/replace"


def person_path(user_id: str) -> str:
    """Return the path of one person's page; `<person:user_id>` makes it a route."""
    return f"{PEOPLE}/{user_id}"


def person_action(user_id: str, action: str) -> str:
    """Return the path of the question before a change of one person."""
    return f"{PEOPLE}/{user_id}/{action}"


def sessions_of(user_id: str) -> str:
    """Return the address of one person's sessions and devices."""
    return f"{SESSIONS}?person={user_id}"


def audit_of(user_id: str) -> str:
    """Return the address of what happened to one person."""
    return f"{AUDIT}?person={user_id}"


def group_path(group_id: str) -> str:
    """Return the path of one group's page; `<group_id>` makes it a route."""
    return f"{GROUPS}/{group_id}"


def policy_version_path(number: int | str) -> str:
    """Return the path of one version of the policy; `<int:number>` makes it a route."""
    return f"{POLICY_HISTORY}/{number}"


def app_path(client_id: str) -> str:
    """Return the path of one app's page; `<client:client_id>` makes it a route."""
    return f"{APPS}/{client_id}"


def api_path(path: str, identifier: str) -> str:
    """Return the address of a page about one API, whose identifier is an address itself."""
    return f"{path}?{urlencode({'id': identifier})}"


def person_attributes_path(user_id: str) -> str:
    """Return the path of the form of a person's attributes."""
    return f"{person_path(user_id)}/attributes"


def app_claims_path(client_id: str) -> str:
    """Return the path of the claims of one app."""
    return f"{app_path(client_id)}/claims"


def message_path(message_id: str) -> str:
    """Return the path that sends one message again; `<int:message_id>` makes it a route."""
    return f"{MESSAGES}/{message_id}/send"


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


NEW_APP = f"{APPS}/-/new"
APP_REGISTRATION = f"{APPS}/-/registration"
"""No section of an app is called so, so that an app may have any id."""


def new_app_path(kind: str) -> str:
    """Return the path of the form for a new app; `<kind>` makes it a route."""
    return f"{NEW_APP}/{kind}"


def app_part_path(client_id: str, part: str) -> str:
    """Return the path of one page of an app; `<client:client_id>` makes it a route."""
    return f"{APPS}/{client_id}/{part}"
