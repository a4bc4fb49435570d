"""Paths of the console's pages, for their routes and all packages that link there."""

from __future__ import annotations

HOME = "/admin/"
PEOPLE = "/admin/people"
GROUPS = "/admin/groups"
POLICY = "/admin/policy"
SESSIONS = "/admin/sessions"
APPS = "/admin/apps"
AUDIT = "/admin/audit"
MESSAGES = "/admin/messages"
KEYS = "/admin/keys"
ROTATE_KEYS = "/admin/keys/rotate"
REPLACE_KEYS = "/admin/keys/replace"


def person_path(user_id: str) -> str:
    """Return the path of one person's page; `<user_id>` makes it a route."""
    return f"{PEOPLE}/{user_id}"


def group_path(group_id: str) -> str:
    """Return the path of one group's page; `<group_id>` makes it a route."""
    return f"{GROUPS}/{group_id}"


def app_path(client_id: str) -> str:
    """Return the path of one app's page; `<client_id>` makes it a route."""
    return f"{APPS}/{client_id}"


def message_path(message_id: str) -> str:
    """Return the path that sends one message again; `<int:message_id>` makes it a route."""
    return f"{MESSAGES}/{message_id}/send"
