"""Paths of the console's pages, for their routes and all packages that link there."""

from __future__ import annotations

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


def policy_version_path(number: int | str) -> str:
    """Return the path of one version of the policy; `<int:number>` makes it a route."""
    return f"{POLICY_HISTORY}/{number}"


def app_path(client_id: str) -> str:
    """Return the path of one app's page; `<client_id>` makes it a route."""
    return f"{APPS}/{client_id}"
