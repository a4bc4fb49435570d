"""The claims of an app in the console."""

from typing import Any

import pytest

from idp.claims.mappings import ClaimMapping, parse
from idp.persistence.policy import PolicyVersion, RuleRow
from idp.persistence.roles import Role
from tests.support.account import words
from tests.support.console import Console, add_group, console
from tests.support.harness import Harness
from tests.support.tables import events

CLAIMS = "/admin/apps/web/claims"
BOTH = {"id_token": "1", "userinfo": "1"}


@pytest.fixture
def owner(harness: Harness) -> Console:
    """An owner at the claims of an app that has none yet."""
    harness.client()
    return console(harness, path=CLAIMS)


def stored(harness: Harness, client_id: str = "web") -> list[ClaimMapping]:
    """The claims of an app."""
    with harness.services.database.read() as tx:
        client = tx.clients.by_id(client_id)
    assert client
    return parse(client.claim_mappings)


def test_each_kind_of_claim_is_added_seen_changed_and_removed(harness: Harness, owner: Console) -> None:
    assert "None yet" in words(owner.browser.page)
    jane = harness.person("jane", attributes={"department": "Sales"})
    add_group(harness, "app-admins", jane.id)
    add_group(harness, "Staff", jane.id)
    owner.post("/admin/attributes/new", name="department", title="Department", kind="text")
    forms: list[dict[str, str]] = [
        {"source": "groups", "claim": "groups", "prefix": "app-", "strip_prefix": "1", "multiple": "1"},
        {"source": "group_values", "claim": "role", "group-0": "app-admins", "value-0": "Admin", "default": "Viewer"},
        {"source": "attribute", "claim": "department", "attribute": "department"},
        {"source": "constant", "claim": "tenant", "value": "acme"},
    ]
    for form in forms:
        assert owner.browser.get(f"{CLAIMS}/new?source={form['source']}").status_code == 200
        page = owner.post(f"{CLAIMS}/new", **form, **BOTH)
        assert "The claim was saved" in words(page), page.text
    text = words(owner.browser.page)
    for sentence in ("Groups that begin with app-, without it", "app-admins → Admin · … → Viewer", 'Always "acme"'):
        assert sentence in text
    text = words(owner.browser.get(f"{CLAIMS}?person=JANE"))
    for row in ('groups Added ["admins"]', 'role Added "Admin"', 'department Added "Sales"', 'name "Jane" Userinfo'):
        assert row in text
    assert owner.browser.get(f"{CLAIMS}/edit?claim=role").status_code == 200
    typed: dict[str, Any] = {"claim": "grafana_role", "value-0": "Editor"} | BOTH
    page = owner.browser.submit(action=CLAIMS, **typed)
    assert "The claim was saved" in words(page), page.text
    assert [each.claim for each in stored(harness)] == ["groups", "grafana_role", "department", "tenant"]
    assert stored(harness)[1].values == (("g-app-admins", "Editor"),)
    page = owner.post(f"{CLAIMS}/remove", replaces="tenant")
    assert "The claim was removed" in words(page)
    assert len(stored(harness)) == 3
    assert events(harness, "client.changed") == 6


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"claim": "sub"}, "claim"),
        ({"claim": "email"}, "claim"),
        ({"claim": "two words"}, "claim"),
        ({"value": ""}, "value"),
        ({"id_token": "", "userinfo": ""}, "targets"),
        ({"scope": "everything"}, "scope"),
        ({"source": "attribute", "attribute": "nothing"}, "attribute"),
        ({"source": "group_values"}, "values"),
        ({"source": "group_values", "group-0": "Nowhere", "value-0": "x"}, "values"),
        ({"source": "group_values", "group-0": "Staff"}, "values"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    harness: Harness, owner: Console, form: dict[str, str], field: str
) -> None:
    add_group(harness, "Staff")
    typed: dict[str, Any] = {"source": "constant", "claim": "tenant", "value": "acme"} | BOTH | form
    page = owner.post(f"{CLAIMS}/new", **typed)
    assert page.status_code == 400
    assert f'id="{field}-error"' in page.text or field == "attribute"
    assert stored(harness) == []


def test_a_value_that_is_no_text_stays_one(harness: Harness, owner: Console) -> None:
    constant = {"claim": "beta", "source": "constant", "value": True, "targets": ["id_token"]}
    with harness.services.database.write() as tx:
        tx.clients.change("web", {"claim_mappings": [constant]})
    owner.browser.get(f"{CLAIMS}/edit?claim=beta")
    owner.browser.submit(action=CLAIMS, id_token="1", userinfo="1")
    (found,) = stored(harness)
    assert (found.value, len(found.targets)) == (True, 2)


def test_a_person_is_looked_at_only_by_those_who_may_look_at_people(harness: Harness) -> None:
    harness.client()
    jane = harness.person("jane")
    apps = console(harness, Role.APPS, path=CLAIMS)
    assert jane.id not in apps.browser.get(f"{CLAIMS}?person=jane").text
    assert "The claim was saved" in words(
        apps.post(f"{CLAIMS}/new", source="constant", claim="tenant", value="acme", **BOTH)
    )


@pytest.mark.parametrize("role", [Role.PEOPLE, Role.AUDITOR])
def test_other_roles_change_no_claim(harness: Harness, role: Role) -> None:
    harness.client()
    somebody = console(harness, role)
    assert somebody.browser.get(CLAIMS).status_code == (200 if role is Role.AUDITOR else 403)
    for form in ("new", "remove"):
        page = somebody.post(f"{CLAIMS}/{form}", source="constant", claim="tenant", value="x", replaces="x", **BOTH)
        assert page.status_code == 403
    assert stored(harness) == []


def test_a_group_that_gives_claims_says_so_before_it_is_removed(harness: Harness, owner: Console) -> None:
    path = f"/admin/groups/{add_group(harness, 'Staff')}"
    owner.post(f"{CLAIMS}/new", source="group_values", claim="role", **BOTH, **{"group-0": "staff", "value-0": "x"})
    group_id = path.rpartition("/")[2]
    with harness.services.database.write() as tx:
        tx.clients.change("web", {"restricted": True, "allowed_group_ids": [group_id]})
        tx.policy.add(PolicyVersion(1, "t1"), [RuleRow("group", group_id, 1, None, {"second_step": True})])
    text = words(owner.browser.get(f"{path}/remove"))
    for sentence in ("is told nothing by it any more", "may not be used because of it", "rule of the sign-in policy"):
        assert sentence in text


def test_an_unknown_app_or_claim_is_not_found(owner: Console) -> None:
    assert owner.browser.get("/admin/apps/nowhere/claims").status_code == 404
    assert owner.browser.get(f"{CLAIMS}/edit?claim=none").status_code == 404
    assert owner.post(f"{CLAIMS}/remove", replaces="none").status_code == 404
    assert owner.browser.get("/admin/people/nobody/attributes").status_code == 404
