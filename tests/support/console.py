"""The console as one administrator uses it in one browser."""

import re
from typing import Any

from werkzeug.test import TestResponse

from idp.kernel.handles import keyed_digest
from idp.persistence.groups import Group
from idp.persistence.roles import HolderKind, Role
from tests.support.account import Account
from tests.support.harness import ISSUER, Harness, Someone

PEOPLE = "/admin/people"


class Console(Account):
    """An administrator with an authenticator app, signed in at the level that the console wants."""

    @property
    def token(self) -> str:
        """The form token of the console's pages in this session."""
        return keyed_digest(self.browser.cookie("session") or "", "csrf:admin")

    def post(self, path: str, **fields: str) -> TestResponse:
        """Sends a form of the console, and follows the redirect."""
        return self.browser.send_request("POST", path, {"Origin": ISSUER}, {"csrf": self.token} | fields)


def administrator(harness: Harness, role: Role = Role.OWNER, username: str = "olga", **traits: Any) -> Someone:
    """Adds somebody who holds a role, with an authenticator app."""
    someone = harness.person(username, totp=True, **traits)
    with harness.services.database.write() as tx:
        tx.roles.grant(role, HolderKind.PERSON, someone.id)
    return someone


def console(harness: Harness, role: Role = Role.OWNER, username: str = "olga", *, path: str = "/admin/") -> Console:
    """Signs an administrator in, and opens a page of the console."""
    made = Console(harness, administrator(harness, role, username))
    made.open(path)
    assert made.browser.page.status_code == 200, made.browser.page.text
    return made


def add_group(harness: Harness, name: str = "Sales", *members: str, role: Role | None = None) -> str:
    """Adds a group with these people; returns its id."""
    group_id = f"g-{name.lower().replace(' ', '-')}"
    with harness.services.database.write() as tx:
        tx.groups.add(Group(group_id, name, name.lower()))
        for user_id in members:
            tx.groups.add_member(group_id, user_id)
        if role:
            tx.roles.grant(role, HolderKind.GROUP, group_id)
    return group_id


def listed_people(admin: Console, query: str = "") -> list[str]:
    """The user names on one page of the grid."""
    page = admin.browser.get(f"{PEOPLE}{query}")
    assert page.status_code == 200
    return re.findall(r"Choose ([^<]+)</span>", page.text)
