"""Attributes of people in the console: declared once, set for each person, seen in My account and in the download."""

import pytest

from idp.admin import users
from idp.persistence.groups import Group
from idp.persistence.roles import HolderKind, Role
from idp.recovery import account_closing
from tests.support.account import DOWNLOAD, PROFILE, Account, words
from tests.support.console import Console, console
from tests.support.harness import Harness
from tests.support.tables import count, events, rows

ATTRIBUTES = "/admin/attributes"
DECLARED = (
    {"name": "department", "title": "Department", "kind": "text", "visible": "1"},
    {"name": "floor", "title": "Floor", "kind": "number"},
    {"name": "manager", "title": "Manager", "kind": "boolean"},
    {"name": "site", "title": "Site", "kind": "choice", "choices": "Paris\nRome\n\nRome"},
    {"name": "projects", "title": "Projects", "kind": "list"},
)
VALUES = {
    "attribute-department": " Sales ",
    "attribute-floor": "3",
    "attribute-manager": "true",
    "attribute-site": "Rome",
    "attribute-projects": "Atlas\r\n Atlas \r\nBeacon",
}
STORED = {"department": "Sales", "floor": 3, "manager": True, "site": "Rome", "projects": ["Atlas", "Beacon"]}


@pytest.fixture
def helpdesk(harness: Harness) -> Console:
    """Helpdesk, with an attribute of each type declared."""
    made = console(harness, Role.PEOPLE, path=ATTRIBUTES)
    for fields in DECLARED:
        page = made.post(f"{ATTRIBUTES}/new", **fields)
        assert "The attribute was added" in words(page), page.text
    return made


def values(harness: Harness, user_id: str) -> dict[str, object]:
    """What is stored of a person."""
    with harness.services.database.read() as tx:
        user = tx.users.by_id(user_id)
    assert user
    return user.attributes


def test_values_of_each_type_are_kept_shown_and_taken_away(harness: Harness, helpdesk: Console) -> None:
    jane = harness.person("jane")
    path = f"/admin/people/{jane.id}/attributes"
    assert helpdesk.browser.get(path).status_code == 200
    page = helpdesk.post(path, **VALUES)
    assert "The attributes were changed" in words(page)
    assert values(harness, jane.id) == STORED
    assert 'value="Sales"' in page.text
    helpdesk.browser.submit(action=path)
    assert values(harness, jane.id) == STORED
    helpdesk.post(path, **{"attribute-manager": "", "attribute-projects": " "})
    assert values(harness, jane.id) == {"department": "Sales", "floor": 3, "site": "Rome"}
    assert events(harness, "user.changed") == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("floor", "third"),
        ("floor", "nan"),
        ("floor", "1e999"),
        ("manager", "perhaps"),
        ("site", "Oslo"),
        ("department", "x" * 301),
        ("department", "two\nlines"),
        ("projects", "\n".join(map(str, range(51)))),
    ],
)
def test_a_value_of_another_type_is_refused_beside_its_field(
    harness: Harness, helpdesk: Console, field: str, value: str
) -> None:
    jane = harness.person("jane")
    page = helpdesk.post(f"/admin/people/{jane.id}/attributes", **VALUES | {f"attribute-{field}": value})
    assert page.status_code == 400
    assert f'id="attribute-{field}-error"' in page.text
    assert values(harness, jane.id) == {}


def test_nothing_but_declared_attributes_can_be_set(harness: Harness, helpdesk: Console) -> None:
    jane = harness.person("jane")
    before = rows(harness, "users", "role_grants")
    path = f"/admin/people/{jane.id}/attributes"
    assert helpdesk.post(path, **{"attribute-role": "owner"}).status_code == 400
    helpdesk.post(path, role="owner", second_step_required="0", email_verified="1", status="closed")
    assert rows(harness, "users", "role_grants") == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Department"}, "name"),
        ({"name": "department"}, "name"),
        ({"title": ""}, "title"),
        ({"kind": "blob"}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"choices": "a"}, "choices"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused_beside_its_field(
    harness: Harness, helpdesk: Console, wrong: dict[str, str], field: str
) -> None:
    page = helpdesk.post(f"{ATTRIBUTES}/new", **{"name": "desk", "title": "Desk", "kind": "text"} | wrong)
    assert (page.status_code, f'id="{field}-error"' in page.text) == (400, True)
    assert count(harness, "attributes") == len(DECLARED)


def test_removing_an_attribute_erases_everybodys_value(harness: Harness, helpdesk: Console) -> None:
    jane = harness.person("jane", attributes=dict(STORED))
    joan = harness.person("joan", attributes={"floor": 4})
    page = helpdesk.browser.get(f"{ATTRIBUTES}/floor/remove")
    assert "The value that people have of it is erased" in words(page)
    page = helpdesk.post(f"{ATTRIBUTES}/floor/remove")
    assert "was removed, with all values" in words(page)
    assert values(harness, jane.id) == {name: value for name, value in STORED.items() if name != "floor"}
    assert values(harness, joan.id) == {}


def test_title_and_choices_change_and_type_and_name_do_not(harness: Harness, helpdesk: Console) -> None:
    page = helpdesk.post(
        f"{ATTRIBUTES}/site", title="Office", choices="Oslo\nRome", kind="text", name="other", visible="1"
    )
    assert "The attribute was changed" in words(page)
    with harness.services.database.read() as tx:
        site = tx.attributes.by_name("site")
    assert site
    assert (site.title, site.kind, site.choices, site.visible) == ("Office", "choice", ["Oslo", "Rome"], True)


@pytest.mark.usefixtures("helpdesk")
def test_people_see_what_is_shown_to_them_and_take_all_of_it_along(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", attributes=dict(STORED)))
    page = words(jane.open(PROFILE))
    assert "Department Sales" in page
    assert "Floor" not in page
    jane.open(DOWNLOAD)
    copy = jane.browser.submit(action=DOWNLOAD).json or {}
    assert (copy["attributes"], copy["groups"]) == (STORED, [])


def test_closing_an_account_erases_attributes_and_memberships(harness: Harness) -> None:
    jane = harness.person("jane", attributes=dict(STORED))
    with harness.services.database.write() as tx:
        tx.groups.add(Group("g1", "Sales", "sales"))
        tx.groups.add_member("g1", jane.id)
    with harness.services.database.write() as tx:
        assert account_closing.close_account(tx, users.find(tx, "jane"), harness.settings)
    assert values(harness, jane.id) == {}
    assert count(harness, "group_members") == 0


def test_helpdesk_does_not_change_who_holds_a_role(harness: Harness, helpdesk: Console) -> None:
    otto = harness.person("otto")
    with harness.services.database.write() as tx:
        tx.roles.grant(Role.APPS, HolderKind.PERSON, otto.id)
    path = f"/admin/people/{otto.id}/attributes"
    assert helpdesk.browser.get(path).status_code == 403
    assert helpdesk.post(path, **VALUES).status_code == 403
    assert values(harness, otto.id) == {}


@pytest.mark.parametrize("role", [Role.APPS, Role.AUDITOR])
def test_other_roles_change_no_attribute(harness: Harness, role: Role) -> None:
    jane, somebody = harness.person("jane"), console(harness, role)
    for path in (f"{ATTRIBUTES}/new", f"{ATTRIBUTES}/floor", f"{ATTRIBUTES}/floor/remove"):
        assert somebody.post(path, name="x", title="X", kind="text").status_code == 403
    assert somebody.post(f"/admin/people/{jane.id}/attributes", **VALUES).status_code == 403
    assert count(harness, "attributes") == 0
