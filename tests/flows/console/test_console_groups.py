"""Groups in the console: their members, their roles, and who may change them."""

import functools

import pytest

from idp.persistence.roles import HolderKind, Role
from tests.support.account import Account, words
from tests.support.concurrency import rush
from tests.support.console import Console, add_group, console
from tests.support.harness import Harness
from tests.support.statements import metered
from tests.support.tables import count, events

GROUPS = "/admin/groups"


def member_of(harness: Harness, user_id: str) -> list[str]:
    """The names of somebody's groups."""
    with harness.services.database.read() as tx:
        return [group.name for group in tx.groups.of_user(user_id)]


def test_a_group_from_its_making_to_its_end(harness: Harness) -> None:
    helpdesk, jane = console(harness, Role.PEOPLE, path=GROUPS), harness.person("jane")
    assert "There are no groups yet" in words(helpdesk.browser.page)
    page = helpdesk.post(f"{GROUPS}/new", name=" Sales ", description="Who sells")
    path = helpdesk.browser.at.partition("?")[0]
    assert "Now add its members" in words(page)
    page = helpdesk.post(f"{path}/members/add", who="nobody")
    assert (page.status_code, "nobody with this user name" in words(page)) == (400, True)
    page = helpdesk.post(f"{path}/members/add", who="JANE@example.test")
    assert "The member was added" in words(page)
    assert member_of(harness, jane.id) == ["Sales"]
    page = helpdesk.post(f"{path}/name", name="Sales team", description="")
    assert "The group was changed" in words(page)
    page = helpdesk.browser.get(GROUPS)
    assert "Sales team 1" in words(page)
    page = helpdesk.post(f"{path}/members/{jane.id}/remove")
    assert "The member was removed" in words(page)
    helpdesk.post(f"{path}/members/add", who="jane")
    page = helpdesk.browser.get(f"{path}/remove")
    assert "1 person is a member" in words(page)
    page = helpdesk.post(f"{path}/remove")
    assert "The group was removed" in words(page)
    assert (count(harness, "groups"), count(harness, "group_members")) == (0, 0)
    assert events(harness, "group.member_added") == 2
    assert events(harness, "group.removed") == 1


def test_membership_is_in_the_activity_of_its_person(harness: Harness) -> None:
    helpdesk, jane = console(harness, Role.PEOPLE, path=GROUPS), harness.person("jane")
    path = f"{GROUPS}/{add_group(harness)}"
    helpdesk.post(f"{path}/members/add", who="jane")
    helpdesk.post(f"{path}/remove")
    activity = words(Account(harness, jane).open("/account/activity"))
    assert "You were added to the group Sales." in activity
    assert "You were removed from the group Sales." in activity


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "two\nlines", "SALES", "\uff33ales"])
def test_a_name_that_cannot_be_one_is_refused_beside_its_field(harness: Harness, name: str) -> None:
    add_group(harness)
    helpdesk = console(harness, Role.PEOPLE, path=GROUPS)
    page = helpdesk.post(f"{GROUPS}/new", name=name, description="kept")
    assert page.status_code == 400
    assert 'id="name-error"' in page.text
    assert 'value="kept"' in page.text
    assert count(harness, "groups") == 1


def test_a_group_that_holds_a_role_is_changed_by_owners_alone(harness: Harness) -> None:
    """Otherwise helpdesk could make itself an owner."""
    path = f"{GROUPS}/{add_group(harness, 'Owners', role=Role.OWNER)}"
    jane, helpdesk = harness.person("jane"), console(harness, Role.PEOPLE, path=GROUPS)
    page = helpdesk.browser.get(path)
    assert "Only owners may change it" in words(page)
    assert f'action="{path}' not in page.text.replace(f'action="{path}"', "")
    forms = ("members/add", f"members/{jane.id}/remove", "name", "remove", "roles/owner/give", "roles/owner/withdraw")
    for form in forms:
        refused = helpdesk.post(f"{path}/{form}", who="jane", name="Mine", confirmed="1")
        assert refused.status_code == 403, form
    assert events(harness, "admin.refused", "failure") == len(forms)
    assert member_of(harness, jane.id) == []


def test_helpdesk_does_not_move_administrators_between_groups(harness: Harness) -> None:
    path = f"{GROUPS}/{add_group(harness)}"
    helpdesk = console(harness, Role.PEOPLE, path=GROUPS)
    assert helpdesk.post(f"{path}/members/add", who="olga").status_code == 403


@pytest.mark.parametrize("role", [Role.APPS, Role.AUDITOR])
def test_other_roles_change_no_group(harness: Harness, role: Role) -> None:
    path = f"{GROUPS}/{add_group(harness)}"
    somebody = console(harness, role)
    seen = somebody.browser.get(path).status_code
    assert seen == (200 if role is Role.AUDITOR else 403)
    for form in ("new", f"{path.rpartition('/')[2]}/name", f"{path.rpartition('/')[2]}/remove"):
        assert somebody.post(f"{GROUPS}/{form}", name="Mine").status_code == 403
    assert count(harness, "groups") == 1


def test_a_role_is_given_only_to_those_whom_the_question_was_about(harness: Harness) -> None:
    jane, thief = harness.person("jane"), harness.person("thief")
    owner, group_id = console(harness, path=GROUPS), add_group(harness, "Desk", jane.id)
    owner.browser.get(f"{GROUPS}/{group_id}/roles/owner/give")
    with harness.services.database.write() as tx:
        tx.groups.add_member(group_id, thief.id)
    page = owner.browser.submit(action="/give")
    assert page.status_code == 409
    assert "The members changed in the meantime" in words(page)
    assert "Thief" in words(page)
    assert count(harness, "role_grants") == 1
    owner.browser.submit(action="/give")
    assert count(harness, "role_grants") == 2


def test_whoever_joins_at_the_same_moment_gets_no_role_unseen(harness: Harness) -> None:
    thief = harness.person("thief")
    owner, helper = console(harness, path=GROUPS), console(harness, Role.PEOPLE, "pia", path=GROUPS)
    for number in range(4):
        group_id = add_group(harness, f"Desk {number}")
        owner.browser.get(f"{GROUPS}/{group_id}/roles/owner/give")
        give = functools.partial(owner.browser.submit, action="/give")
        rush([give, functools.partial(helper.post, f"{GROUPS}/{group_id}/members/add", who="thief")])
        with harness.services.database.read() as tx:
            assert not tx.roles.of_user(thief.id)
            held, members = tx.roles.of_holder(HolderKind.GROUP, group_id), tx.groups.count_members(group_id)
        assert bool(held) != bool(members), "one of the two came first, and the other was refused"


def test_a_role_is_given_to_a_group_and_withdrawn_with_a_confirmation(harness: Harness) -> None:
    jane = harness.person("jane", totp=True)
    owner, path = console(harness, path=GROUPS), f"{GROUPS}/{add_group(harness, 'Desk', jane.id)}"
    page = owner.browser.get(f"{path}/roles/people/give")
    assert "1 person gets it" in words(page)
    assert "Jane" in words(page), "it names who gets it"
    page = owner.browser.submit(action="/give")
    assert "The role was given" in words(page)
    assert Console(harness, jane).open(GROUPS).status_code == 200
    page = owner.post(f"{path}/members/add", who="olga")
    assert "gets the role “People”" in words(page)
    page = owner.browser.submit(action="/members/add")
    assert "The member was added" in words(page)
    assert "1 person loses it" not in words(owner.browser.get(f"{path}/roles/people/withdraw"))
    page = owner.post(f"{path}/roles/people/withdraw")
    assert "The role was withdrawn" in words(page)
    assert owner.browser.get(f"{path}/roles/king/give").status_code == 404


def test_the_last_owner_stays_a_member_and_their_group_stays(harness: Harness) -> None:
    owner = console(harness, path=GROUPS)
    path = f"{GROUPS}/{add_group(harness, 'Owners', owner.someone.id, role=Role.OWNER)}"
    with harness.services.database.write() as tx:
        tx.roles.withdraw(Role.OWNER, HolderKind.PERSON, owner.someone.id)
    for form in (f"members/{owner.someone.id}/remove", "remove", "roles/owner/withdraw"):
        page = owner.post(f"{path}/{form}", confirmed="1")
        assert page.status_code == 409, form
        assert "Make somebody else an owner first" in words(page)
    assert member_of(harness, owner.someone.id) == ["Owners"]
    assert owner.browser.get(path).status_code == 200


def test_two_owners_that_remove_each_other_leave_one(harness: Harness) -> None:
    jane, joan = (harness.person(name, totp=True) for name in ("jane", "joan"))
    path = f"{GROUPS}/{add_group(harness, 'Owners', jane.id, joan.id, role=Role.OWNER)}"
    first, second = Console(harness, jane), Console(harness, joan)
    for each in (first, second):
        assert each.open(path).status_code == 200
    rush(
        [
            lambda: first.post(f"{path}/members/{joan.id}/remove", confirmed="1"),
            lambda: second.post(f"{path}/members/{jane.id}/remove", confirmed="1"),
        ]
    )
    assert count(harness, "group_members") == 1


def test_lists_cost_the_same_however_long_they_are(harness: Harness) -> None:
    owner = console(harness, path=GROUPS)
    people = [harness.person(f"p{number:03}") for number in range(120)]
    big = add_group(harness, "Everybody", *(person.id for person in people))
    for number in range(60):
        add_group(harness, f"Team {number:02}")
    costs = []
    for path in (GROUPS, f"{GROUPS}?last=1", f"{GROUPS}/{big}", f"{GROUPS}/{big}?last=1"):
        with metered(harness) as meter:
            assert owner.browser.get(path).status_code == 200
        costs.append(len(meter.statements))
    assert costs[0] == costs[1] <= 6
    assert costs[2] == costs[3] <= 7
    page = owner.browser.get(f"{GROUPS}/{big}?search=P11")
    assert "p110" in page.text
    assert "p109" not in page.text
    assert "Team 59" in owner.browser.get(f"{GROUPS}?search=team+5").text


def test_a_form_of_another_site_changes_nothing(harness: Harness) -> None:
    owner = console(harness, path=GROUPS)
    before = count(harness, "groups")
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    page = owner.browser.send_request("POST", f"{GROUPS}/new", evil, {"csrf": owner.token, "name": "x"})
    assert page.status_code in {400, 403}
    assert count(harness, "groups") == before


def test_removing_wants_a_recent_second_factor(harness: Harness) -> None:
    owner = console(harness, path=GROUPS)
    path = f"{GROUPS}/{add_group(harness)}"
    harness.clock.advance(11 * 60)
    owner.post(f"{path}/remove")
    assert owner.at("")
    assert count(harness, "groups") == 1
