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


def person_path(user_id: str) -> str:
    """Return the path of one person's page; `<user_id>` makes it a route."""
    return f"{PEOPLE}/{user_id}"


def group_path(group_id: str) -> str:
    """Return the path of one group's page; `<group_id>` makes it a route."""
    return f"{GROUPS}/{group_id}"


def app_path(client_id: str) -> str:
    """Return the path of one app's page; `<client_id>` makes it a route."""
    return f"{APPS}/{client_id}"


NEW_APP = f"{APPS}/-/new"
"""No section of an app is called so, so that an app may have any id."""


def new_app_path(kind: str) -> str:
    """Return the path of the form for a new app; `<kind>` makes it a route."""
    return f"{NEW_APP}/{kind}"


def app_part_path(client_id: str, part: str) -> str:
    """Return the path of one page of an app; `<client_id>` makes it a route."""
    return f"{APPS}/{client_id}/{part}"
