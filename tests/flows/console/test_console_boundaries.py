"""What a role, an old session or odd input must not reach."""

import pytest
from sqlalchemy import func, select, update

from idp.admin import Refused, users
from idp.admin.user_lists import without_formula
from idp.kernel.clock import HOUR
from idp.login.policy.assurance import Level
from idp.login.policy.rules import RuleKind
from idp.persistence.groups import Group
from idp.persistence.login_flows import login_flows
from idp.persistence.roles import Role
from idp.persistence.users import CLOSED
from idp.persistence.users import users as user_table
from tests.support.browser import Browser
from tests.support.console import administrator, console
from tests.support.harness import Harness
from tests.support.policy import rule, store_rules


def test_a_group_with_a_rule_is_removed_by_owners_alone(harness: Harness) -> None:
    with harness.services.database.write() as tx:
        tx.groups.add(Group("g1", "Staff", "staff"))
    store_rules(harness, rule(RuleKind.GROUP, "g1", min_level=Level.MFA))
    helper = console(harness, Role.PEOPLE, "petra")
    assert helper.browser.get("/admin/groups/g1/remove").status_code == 403
    assert helper.post("/admin/groups/g1/remove").status_code == 403
    owner = console(harness, Role.OWNER, "otto")
    owner.open("/admin/groups/g1/remove")
    assert owner.browser.submit(action="/remove").status_code == 200
    with harness.services.database.read() as tx:
        assert tx.groups.by_id("g1") is None


def test_a_group_with_a_role_holder_in_it_is_removed_by_owners_alone(harness: Harness) -> None:
    olga = administrator(harness)
    with harness.services.database.write() as tx:
        tx.groups.add(Group("g1", "Staff", "staff"))
        tx.groups.add_member("g1", olga.id)
    helper = console(harness, Role.PEOPLE, "petra")
    assert helper.post("/admin/groups/g1/remove").status_code == 403


@pytest.mark.parametrize("action", ["edit", "send-reset", "verify-email"])
def test_what_could_take_an_account_over_wants_a_recent_second_factor(harness: Harness, action: str) -> None:
    jane = harness.person("jane")
    helper = console(harness, Role.PEOPLE, "petra")
    harness.clock.advance(3 * HOUR)
    assert helper.browser.get("/admin/people").status_code == 200
    helper.post(f"/admin/people/{jane.id}/{action}", email="evil@example.test")
    assert helper.at("")
    with harness.services.database.read() as tx:
        found = tx.users.by_id(jane.id)
    assert found is not None
    assert found.email == "jane@example.test"


def test_a_stranger_has_no_long_address_stored(harness: Harness) -> None:
    Browser(harness).get("/admin/people?q=" + "a" * 5000)
    with harness.services.database.engine.connect() as connection:
        assert connection.scalar(select(func.max(func.length(login_flows.c.return_to)))) == len("/admin/people")


def test_an_account_that_was_closed_meanwhile_is_not_opened_again(harness: Harness) -> None:
    jane = harness.person("jane")
    with harness.services.database.write() as tx:
        read_before = users.find(tx, "jane")
    with harness.services.database.engine.begin() as connection:
        connection.execute(update(user_table).where(user_table.c.id == jane.id).values(status=CLOSED))
    with pytest.raises(Refused), harness.services.database.write() as tx:
        users.enable(tx, read_before)
    with harness.services.database.write() as tx:
        tx.users.set_profile(read_before, {"name": "Another"})
        found = tx.users.by_id(jane.id)
    assert found is not None
    assert found.status == CLOSED
    assert found.profile == {"name": "Jane"}


@pytest.mark.parametrize(
    "address",
    [
        '/admin/people?after=["\\ud800"]',
        '/admin/people?after=["\\u0000"]',
        '/admin/apps?after=["\\u0000"]',
        "/admin/policy/history/99999999999999999999",
        "/admin/people/change?change=disable&person=%00",
    ],
)
def test_odd_input_is_no_fault_of_the_server(harness: Harness, address: str) -> None:
    assert console(harness).browser.get(address).status_code < 500


def test_a_base_in_other_digits_is_refused(harness: Harness) -> None:
    owner = console(harness)
    assert owner.post("/admin/policy/review", kind="organisation", base="²", reason="x").status_code < 500


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert without_formula(cell) == f"'{cell}"
