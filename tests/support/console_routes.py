"""Every route of the console with what its guard requires, and the rows that the parameters of its address name.

A route that somebody adds is tried by itself. A new parameter needs a value in `parameters`; a form that really has one
of the fields in `EXTRA` names it in `OWN_FIELDS`.
"""

import re
from dataclasses import asdict, dataclass

from sqlalchemy import insert

from idp import audit
from idp.admin.recipes import AppKind
from idp.audit import Event
from idp.console.guard import ViewRequirement, requirement_of
from idp.kernel.clock import DAY
from idp.login.policy.rules import RuleKind
from idp.persistence.attributes import Attribute, AttributeKind
from idp.persistence.devices import Device, browsers, devices
from idp.persistence.groups import Group
from idp.persistence.outbox import OutboxMessage
from idp.persistence.roles import Role
from idp.persistence.sessions import Session
from tests.support.harness import Harness
from tests.support.policy import rule, store_rules
from tests.support.routes import FIRST_OF_ANY

PREFIX = "/admin"
PARAMETER = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
METHODS = ("GET", "POST")

OF_NO_ROW = ("flow_id",)
"""Parameters that name nothing which a test of every route has; the page says so."""
NAME = "general"
"""A section of an app's settings, and an attribute: both are a `<name>`."""
EXTRA = {
    "role": "owner",
    "second_step_required": "1",
    "email_verified": "1",
    "phone_number_verified": "1",
    "status": "disabled",
    "first_party": "1",
    "user_id": "x",
    "epoch": "9",
}
"""Fields that a form does not have, with a value that would show."""
OWN_FIELDS: dict[str, set[str]] = {}
"""By rule: fields of `EXTRA` that this form really has."""
FORMS: dict[str, dict[str, str]] = {
    "/admin/apps/<client:client_id>/settings/<name>": {"client_name": "Renamed"},
    "/admin/apps/-/new/<kind>": {"client_name": "For {client_id}", "address": "https://another.example.test"},
    "/admin/attributes/new": {"name": "of_{username}", "title": "Of {username}", "kind": "text"},
    "/admin/groups/new": {"name": "For {client_id}"},
    "/admin/people/<person:user_id>/edit": {"name": "Another name"},
    "/admin/people/<person:user_id>/grant-role": {"value": "auditor"},
    "/admin/people/<person:user_id>/withdraw-role": {"value": "auditor"},
    "/admin/people/new": {"username": "new-{username}", "email": "new-{username}@example.test"},
}
"""By rule: what makes a form count, where empty fields do not; `{username}` is the parameter of that name."""


@dataclass(frozen=True)
class ConsoleRoute:
    """A rule of the URL map and one of its methods."""

    rule: str
    method: str
    requirement: ViewRequirement | None

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    def path(self, values: dict[str, str]) -> str:
        """The address with these values of its parameters."""

        def value(found: re.Match[str]) -> str:
            name = found[1]
            assert name in values, f"add a value of <{name}> ({self.rule}) to `parameters` in {__file__}"
            return values[name]

        return PARAMETER.sub(value, FIRST_OF_ANY.sub(r"\1", self.rule))


def console_routes(harness: Harness) -> list[ConsoleRoute]:
    """Every route below /admin, by GET and by POST."""
    views = harness.app.view_functions
    found = [
        ConsoleRoute(rule.rule, method, requirement_of(views[rule.endpoint]))
        for rule in harness.app.url_map.iter_rules()
        for method in METHODS
        if rule.rule.startswith(PREFIX) and method in (rule.methods or ())
    ]
    return sorted(found, key=str)


def parameters(harness: Harness, name: str = "victor") -> dict[str, str]:
    """Add what a route may be about, and return the value of each parameter."""
    someone, group_id = harness.person(name, totp=True), f"group-{name}"
    client_id = harness.client(f"app-{name}", first_party=False).client_id
    store_rules(harness, rule(RuleKind.ORGANISATION, grace_days=7))
    with harness.services.database.write() as tx:
        tx.groups.add(Group(group_id, name.title(), name))
        tx.groups.add_member(group_id, someone.id)
        if tx.attributes.by_name(NAME) is None:
            tx.attributes.add(Attribute(NAME, "Cost centre", AttributeKind.TEXT, visible=True))
        notice = {"event": "password_changed", "user_id": someone.id}
        tx.outbox.enqueue(OutboxMessage("email", f"{name}@example.test", "security_notice", notice))
        audit.record(tx, Event.USER_ADDED, user_id=someone.id)
    _open_session(harness, someone.id, name)
    with harness.services.database.read() as tx:
        message, event, version = tx.outbox.waiting()[-1], tx.audit.latest(limit=1)[0], tx.policy.newest()
    assert version is not None
    return dict.fromkeys(OF_NO_ROW, "1") | {
        "user_id": someone.id,
        "group_id": group_id,
        "client_id": client_id,
        "sid": f"sid-{name}",
        "device_id": f"device-{name}",
        "factor_id": f"totp-{someone.id}",
        "message_id": str(message.id),
        "event_id": str(event.id),
        "username": name,
        "name": NAME,
        "number": str(version.number),
        "kind": AppKind.WEB,
        "role": Role.AUDITOR,
    }


def _open_session(harness: Harness, user_id: str, name: str) -> None:
    """Add a session, and the remembered device that it is on."""
    now, browser_id, device_id = harness.clock.now(), f"browser-{name}", f"device-{name}"
    until = now + 14 * DAY
    with harness.services.database.engine.begin() as connection:
        known = {"id": browser_id, "secret_digest": name, "rotated_at": now, "last_seen_at": now, "created_at": now}
        connection.execute(insert(browsers).values(**known))
        device = Device(device_id, user_id, browser_id, "Firefox on Linux", now, now, now, until, 1)
        connection.execute(insert(devices).values(**asdict(device)))
    with harness.services.database.write() as tx:
        tx.sessions.open(Session(f"sid-{name}", name, user_id, [], until, "192.0.2.9", "Firefox", device_id))
