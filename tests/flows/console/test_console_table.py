"""Every role at every route of the console, taken from the URL map: allowed exactly as the permissions say."""

from collections.abc import Iterator, Mapping

import pytest

from idp.admin.permissions import PERMISSIONS
from idp.kernel.clock import HOUR, MINUTE
from idp.persistence.roles import HolderKind, Role
from tests.support.account import Account
from tests.support.console import Console, administrator, console
from tests.support.console_routes import EXTRA, FORMS, OWN_FIELDS, ConsoleRoute, console_routes, parameters
from tests.support.harness import ISSUER, Harness
from tests.support.tables import Snapshot, rows

FROM_HERE = {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"}
FROM_ELSEWHERE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
BOUNDED = 40
"""Refusals of a person in an hour that are all recorded; see `idp.audit.bounds`."""
UNCHANGED = {"audit_events", "throttles", "login_flows", "jobs"}
"""Tables that a refusal may write to."""
CHOSEN = {
    "users": ("second_step_required", "email_verified", "phone_number_verified", "status"),
    "clients": ("first_party",),
}
LAST = ("/remove", "/delete")
"""Ends of rules after which there is nothing to change any more."""
REFUSED, OUT_OF_DATE = 403, 400


class Tries:
    """Requests of one browser to the routes, about one person, group, app and so on."""

    def __init__(self, account: Account, values: dict[str, str]) -> None:
        self.account, self.harness, self.values = account, account.harness, values

    def ask(self, route: ConsoleRoute, sent: Mapping[str, str] = FROM_HERE, **fields: str) -> str:
        """What the answer comes to: its status, or `sign-in`."""
        answer = self.account.browser.client.open(
            route.path(self.values),
            method=route.method,
            headers={**self.account.browser.headers, **sent},
            data=fields if route.method == "POST" else None,
            buffered=True,
        )
        to = answer.headers.get("Location", "").removeprefix(ISSUER)
        return "sign-in" if to.startswith("/login/") else str(answer.status_code)


def kept(harness: Harness) -> Snapshot:
    """Everything that a refused request must leave as it is."""
    return {name: table for name, table in rows(harness).items() if name not in UNCHANGED}


def tried(harness: Harness, role: Role | None = None) -> Iterator[ConsoleRoute]:
    """Every route, a little later each time; what a role permits comes first, while the sign-in is recent."""
    for route in sorted(console_routes(harness), key=lambda route: not permits(role, route)):
        harness.clock.advance(1)
        yield route


def permits(role: Role | None, route: ConsoleRoute) -> bool:
    return role is not None and route.requirement is not None and route.requirement.permission in PERMISSIONS[role]


def last_refusal(harness: Harness) -> tuple[int, object, object]:
    with harness.services.database.read() as tx:
        found = tx.audit.latest(event="admin.refused", limit=1)
    return (found[0].id, found[0].detail["path"], found[0].detail["permission"]) if found else (0, "", "")


def test_every_route_of_the_console_has_a_guard(harness: Harness) -> None:
    found = console_routes(harness)
    assert [str(route) for route in found if route.requirement is None] == []
    assert [
        str(route) for route in found if route.requirement and route.requirement.changes != (route.method == "POST")
    ] == []


@pytest.mark.parametrize("role", [*Role, None])
def test_each_role_gets_what_its_permissions_say_and_a_refusal_is_recorded(harness: Harness, role: Role | None) -> None:
    someone = administrator(harness, role) if role else harness.person("olga", totp=True)
    values, account = parameters(harness), Console(harness, someone)
    account.open("/account/")
    tries, wrong, refused, before = Tries(account, values), [], 0, kept(harness)
    for route in tried(harness, role):
        assert route.requirement, route
        may = permits(role, route)
        latest = last_refusal(harness)
        found = tries.ask(route, csrf="wrong" if may else account.token)
        if may and (found in {"403", "sign-in"} or (route.method == "POST" and found != str(OUT_OF_DATE))):
            wrong.append(f"{route}: {found}, though the role permits it")
        if not may:
            refused += 1
            expected = (route.path(values), str(route.requirement.permission))
            if (found, last_refusal(harness)[1:]) != (str(REFUSED), expected) or last_refusal(harness) == latest:
                wrong.append(f"{route}: {found}, recorded as {last_refusal(harness)}")
            if refused % BOUNDED == 0:
                harness.clock.advance(HOUR)
    assert wrong == []
    assert _without_use(kept(harness)) == _without_use(before)


@pytest.mark.parametrize(("age", "recent"), [(11 * MINUTE, True), (13 * HOUR, False)])
def test_a_stale_session_is_led_to_a_sign_in(harness: Harness, age: int, *, recent: bool) -> None:
    """After ten minutes for what cannot be undone, after twelve hours for everything."""
    values, owner = parameters(harness), console(harness)
    harness.clock.advance(age)
    tries, wrong, before = Tries(owner, values), [], kept(harness)
    for route in tried(harness):
        assert route.requirement, route
        led = tries.ask(route, csrf="wrong") == "sign-in"
        if led != (route.requirement.recent or not recent):
            wrong.append(str(route))
    assert wrong == []
    assert _without_use(kept(harness)) == _without_use(before)


@pytest.mark.parametrize("proven", ["nobody", "password alone", "remembered device"])
def test_too_little_proof_is_led_to_a_sign_in(harness: Harness, proven: str) -> None:
    values, account = parameters(harness), _proven(harness, proven)
    tries, before = Tries(account, values), kept(harness)
    assert {tries.ask(route, csrf=account.token) for route in tried(harness)} == {"sign-in"}
    assert kept(harness) == before


def test_forms_of_another_site_or_of_another_session_change_nothing(harness: Harness) -> None:
    values, owner = parameters(harness), console(harness)
    other = console(harness, username="otto")
    tries, before = Tries(owner, values), kept(harness)
    posts = [route for route in tried(harness) if route.method == "POST"]
    assert {tries.ask(route, FROM_ELSEWHERE, csrf=owner.token) for route in posts} <= {str(OUT_OF_DATE)}
    assert {tries.ask(route, csrf=other.token) for route in posts} <= {str(OUT_OF_DATE)}
    assert {tries.ask(route) for route in posts} <= {str(OUT_OF_DATE)}
    assert kept(harness) == before


def test_fields_that_a_form_does_not_have_change_nothing(harness: Harness) -> None:
    """One twin gets each form as it is, the other one with more fields: both come out alike."""
    owner, plain = console(harness), parameters(harness, "plain")
    more, wrong = parameters(harness, "stuffed"), list[str]()
    grants = rows(harness, "role_grants")
    for route in sorted(tried(harness), key=lambda route: route.rule.endswith(LAST)):
        if route.method != "POST":
            continue
        extra = {name: value for name, value in EXTRA.items() if name not in OWN_FIELDS.get(route.rule, set())}
        for values, fields in ((plain, {}), (more, extra)):
            owner.open("/admin/")
            form = {name: value.format(**values) for name, value in FORMS.get(route.rule, {}).items()} | fields
            Tries(owner, values).ask(route, FROM_HERE, csrf=owner.token, **form)
        if _chosen(harness, plain) != _chosen(harness, more):
            wrong.append(str(route))
    assert wrong == []
    assert rows(harness, "role_grants") == grants


def _proven(harness: Harness, proven: str) -> Console:
    account = Console(harness, administrator(harness))
    if proven == "password alone":
        account = Console(harness, harness.person("paul"))
        with harness.services.database.write() as tx:
            tx.roles.grant(Role.OWNER, HolderKind.PERSON, account.someone.id)
    if proven == "nobody":
        return account
    account.open("/account/", remember=proven == "remembered device")
    if proven == "remembered device":
        account.browser.submit(action="/account/sign-out")
        account.browser.get("/account/")
        account.browser.submit(username=account.someone.username, password=account.someone.password)
    assert account.browser.at == "/account/", account.browser.at
    return account


def _chosen(harness: Harness, values: dict[str, str]) -> list[object]:
    with harness.services.database.read() as tx:
        user, client = tx.users.by_id(values["user_id"]), tx.clients.by_id(values["client_id"])
    return [getattr(user, name, None) for name in CHOSEN["users"]] + [
        getattr(client, name, None) for name in CHOSEN["clients"]
    ]


def _without_use(stored: Snapshot) -> Snapshot:
    """Leave out when a session was last used, and the devices."""
    return {name: table for name, table in stored.items() if name not in {"sessions", "devices", "browsers"}}
