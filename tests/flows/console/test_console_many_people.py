"""One change of many people: the question names how many, and batches go on until all are done."""

import pytest

from idp.admin import bulk_changes
from idp.persistence.groups import Group
from idp.persistence.roles import HolderKind, Role
from idp.persistence.users import User
from tests.support.account import mails, words
from tests.support.console import Console, administrator, console
from tests.support.harness import Harness
from tests.support.tables import count, events, rows

MANY = "/admin/people/change"
CROWD = 7


@pytest.fixture
def crowd(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Some people, in batches of three; their ids."""
    monkeypatch.setattr(bulk_changes, "BATCH", 3)
    with harness.services.database.write() as tx:
        for number in range(CROWD):
            tx.users.add(User(f"id-{number}", f"p{number}", email=f"p{number}@example.test", password_hash="x"))
    return [f"id-{number}" for number in range(CROWD)]


def ask(admin: Console, change: str, *chosen: str, query: str = "") -> str:
    """Chooses people in the grid; what the question says."""
    scope = "scope=chosen" if chosen else "scope=all"
    people = "".join(f"&person={each}" for each in chosen)
    admin.browser.get(f"{MANY}?change={change}&{scope}{people}{query}")
    return words(admin.browser.page)


def required(harness: Harness) -> set[str]:
    with harness.services.database.read() as tx:
        return {user.id for user in tx.people.listed() if user.second_step_required}


@pytest.mark.promise("ES2", "ES21")
def test_those_chosen_are_changed_after_a_question_with_their_number(harness: Harness, crowd: list[str]) -> None:
    admin = console(harness)
    assert "Require a second step of 2 people?" in ask(admin, "require", *crowd[:2])
    assert not required(harness)
    admin.browser.submit(action=MANY)
    assert "2 people were changed." in words(admin.browser.page)
    assert required(harness) == set(crowd[:2])
    assert mails(harness).count("second_step_required") == 2


def test_all_that_were_found_are_changed_in_batches_with_progress(harness: Harness, crowd: list[str]) -> None:
    admin = console(harness)
    assert f"{CROWD} people?" in ask(admin, "require", query="&q=p")
    seen = []
    admin.browser.submit(action=MANY)
    while "Go on" in words(admin.browser.page):
        seen.append(words(admin.browser.page))
        admin.browser.submit(action=MANY)
    assert len(seen) == 2
    assert f"3 of {CROWD} people are done." in seen[0]
    assert f"6 of {CROWD} people are done." in seen[1]
    assert f"{CROWD} of {CROWD} people are done." in words(admin.browser.page)
    assert required(harness) == set(crowd)


def test_what_changes_the_filter_still_reaches_everybody(harness: Harness, crowd: list[str]) -> None:
    admin = console(harness)
    ask(admin, "disable", query="&q=p&state=off")
    admin.browser.submit(action=MANY)
    while "Go on" in words(admin.browser.page):
        admin.browser.submit(action=MANY)
    with harness.services.database.read() as tx:
        assert {user.status for user in tx.people.listed() if user.id in crowd} == {"disabled"}


def test_who_may_not_be_changed_is_left_and_counted(harness: Harness, crowd: list[str]) -> None:
    owner = administrator(harness, username="otto")
    helper = console(harness, Role.PEOPLE, "pia")
    ask(helper, "require", owner.id, crowd[0])
    helper.browser.submit(action=MANY)
    said = words(helper.browser.page)
    assert "1 person was changed." in said
    assert "1 was left as they were." in said
    assert required(harness) == {crowd[0]}


@pytest.mark.usefixtures("crowd")
def test_nobody_disables_themselves_or_the_last_owner(harness: Harness) -> None:
    admin = console(harness)
    ask(admin, "disable")
    admin.browser.submit(action=MANY)
    while "Go on" in words(admin.browser.page):
        admin.browser.submit(action=MANY)
    with harness.services.database.read() as tx:
        assert {user.username for user in tx.people.listed() if user.active} == {"olga"}


def test_people_are_added_to_a_group(harness: Harness, crowd: list[str]) -> None:
    with harness.services.database.write() as tx:
        tx.groups.add(Group("g1", "Nurses", "nurses"))
    admin = console(harness)
    assert "Name the group" in ask(admin, "add-to-group", *crowd[:1])
    assert "There is no group of this name." in ask(admin, "add-to-group", *crowd[:1], query="&to_group=Doctors")
    assert "Add 2 people to Nurses?" in ask(admin, "add-to-group", *crowd[:2], query="&to_group=NURSES")
    admin.browser.submit(action=MANY)
    assert count(harness, "group_members") == 2
    assert events(harness, "group.member_added") == 2
    assert mails(harness).count("added_to_group") == 2


def test_helpdesk_adds_nobody_to_a_group_that_holds_a_role(harness: Harness, crowd: list[str]) -> None:
    with harness.services.database.write() as tx:
        tx.groups.add(Group("g1", "Owners", "owners"))
        tx.roles.grant(Role.OWNER, HolderKind.GROUP, "g1")
    helper = console(harness, Role.PEOPLE, "pia")
    assert "Only owners add to this group" in ask(helper, "add-to-group", crowd[0], query="&to_group=Owners")
    refused = helper.post(MANY, change="add-to-group", scope="chosen", person=crowd[0], to_group="Owners")
    assert refused.status_code == 403
    assert count(harness, "group_members") == 0


def test_a_group_that_holds_a_role_is_named_as_such_before_people_are_added(harness: Harness, crowd: list[str]) -> None:
    with harness.services.database.write() as tx:
        tx.groups.add(Group("g1", "Desk", "desk"))
    owner = console(harness)
    assert "administrator" not in ask(owner, "add-to-group", crowd[0], query="&to_group=Desk")
    with harness.services.database.write() as tx:
        tx.roles.grant(Role.PEOPLE, HolderKind.GROUP, "g1")
    page = owner.browser.submit(action=MANY)
    assert page.status_code == 409, "the question was another one"
    assert "becomes an administrator: People" in words(page)
    assert count(harness, "group_members") == 0
    owner.browser.submit(action=MANY)
    assert count(harness, "group_members") == 1


def test_only_those_without_a_password_are_invited_again(harness: Harness, crowd: list[str]) -> None:
    with harness.services.database.write() as tx:
        tx.users.add(User("new", "new", email="new@example.test"))
    admin = console(harness)
    ask(admin, "invite", "new", crowd[0])
    admin.browser.submit(action=MANY)
    assert count(harness, "password_resets") == 1
    assert mails(harness).count("invitation") == 1


@pytest.mark.usefixtures("crowd")
def test_nobody_chosen_is_explained(harness: Harness) -> None:
    admin = console(harness)
    admin.browser.get(f"{MANY}?change=require&scope=chosen")
    assert "Nobody was chosen" in words(admin.browser.page)
    assert admin.browser.get(f"{MANY}?change=erase&scope=all").status_code == 400


def test_an_auditor_a_stale_session_and_another_site_change_nobody(harness: Harness, crowd: list[str]) -> None:
    before = rows(harness, "users")["users"]
    auditor = console(harness, Role.AUDITOR, "ada")
    assert auditor.post(MANY, change="require", scope="all").status_code == 403
    admin = console(harness)
    forged = admin.browser.send_request("POST", MANY, {"Origin": "https://evil.test"}, {"csrf": "x"})
    assert forged.status_code in {400, 403}
    harness.clock.advance(11 * 60)
    admin.browser.get(f"{MANY}?change=require&scope=all")
    assert admin.at("/(identify|code)")
    assert [row for row in rows(harness, "users")["users"] if row[0] in crowd] == [r for r in before if r[0] in crowd]
