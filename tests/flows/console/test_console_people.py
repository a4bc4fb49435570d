"""The grid of people: what it shows, finds, filters and sorts, and in pages."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.kernel.clock import HOUR
from idp.persistence import people_lists
from idp.persistence.groups import Group
from idp.persistence.roles import Role
from idp.persistence.users import User
from tests.support.account import words
from tests.support.browser import Browser
from tests.support.console import PEOPLE, Console, console, listed_people
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness
from tests.support.relying_party import RelyingParty
from tests.support.statements import metered
from tests.support.tables import events

CROWD = 120


def crowd(harness: Harness, number: int = CROWD) -> list[User]:
    """Many people, whose names run against their user names."""
    made = [
        User(f"id-{each:04}", f"p{each:04}", profile={"name": f"Zed {9999 - each}"}, last_sign_in_at=each)
        for each in range(number)
    ]
    with harness.services.database.write() as tx:
        for user in made:
            tx.users.add(user)
    return made


def walk(admin: Console, query: str, link: str) -> list[str]:
    """The user names of the page behind a link of the present one."""
    listed_people(admin, query)
    found = re.search(rf'href="([^"]+)"[^>]*>{link}<', admin.browser.page.text)
    assert found, link
    page = admin.browser.get(found[1].replace("&amp;", "&"))
    return re.findall(r"Choose ([^<]+)</span>", page.text)


@pytest.mark.promise("ES28", "SM12")
def test_the_grid_shows_the_second_step_of_each(harness: Harness) -> None:
    harness.person("jane", totp=True, second_step_required=True)
    harness.person("bob")
    page = console(harness, path=PEOPLE).browser.page
    said = words(page)
    assert "2FA Status" in said
    assert "2FA Required" in said
    assert "On Authenticator app Required" in said
    assert "Off Not required" in said


def test_pages_by_each_order_lead_forth_and_back(harness: Harness) -> None:
    people = [user.username for user in crowd(harness)]
    admin = console(harness)
    assert listed_people(admin) == ["olga", *people[:49]]
    by_name = [name for name in listed_people(admin, "?sort=name") if name != "olga"]
    assert by_name == people[::-1][: len(by_name)]
    newest = listed_people(admin, "?sort=newest")
    assert newest[0] == "olga", "she has just signed in"
    assert newest[1:] == people[::-1][:49]
    assert walk(admin, "?sort=newest", "Next")[0] == people[::-1][49]
    assert walk(admin, "?sort=newest", "Last")[-1] == people[0]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("anna", ["anna", "zoe"]),
        ("ANN", ["anna", "zoe"]),
        ("bob@ex", ["bob"]),
        ("nobody", []),
        ("100%", []),
    ],
)
def test_search_finds_what_begins_with_the_words(harness: Harness, typed: str, found: list[str]) -> None:
    harness.person("anna", profile={"name": "Ánna Bee"})
    harness.person("bob", profile={"name": "Robert"})
    harness.person("zoe", profile={"name": "Anna Z."}, email="z@example.test")
    admin = console(harness)
    assert sorted(listed_people(admin, f"?q={typed.replace('%', '%25')}")) == found


def test_a_search_has_pages_and_names_each_person_once(harness: Harness) -> None:
    crowd(harness)
    admin = console(harness)
    first = listed_people(admin, "?q=p0")
    assert len(first) == 50
    second = walk(admin, "?q=p0", "Next")
    assert not set(first) & set(second)
    assert walk(admin, "?q=p0", "Last")[-1] == f"p{CROWD - 1:04}"


def test_each_filter_finds_its_people(harness: Harness) -> None:
    harness.person("jane", totp=True)
    harness.person("late", second_step_required=True)
    harness.person("gone", status="disabled")
    locked = harness.person("locked")
    with harness.services.database.write() as tx:
        tx.groups.add(Group("g1", "Nurses", "nurses"))
        tx.groups.add_member("g1", locked.id)
    admin = console(harness)
    lock(harness, "locked")
    assert listed_people(admin, "?state=off") == ["gone", "late", "locked"]
    assert listed_people(admin, "?state=late") == ["late"]
    assert listed_people(admin, "?state=disabled") == ["gone"]
    assert listed_people(admin, "?state=locked") == ["locked"]
    assert listed_people(admin, "?required=yes") == listed_people(admin, "?required=yes&state=off") == ["late"]
    assert listed_people(admin, "?required=no&state=off") == ["gone", "locked"]
    assert listed_people(admin, "?required=no&q=j&sort=name") == ["jane"]
    assert listed_people(admin, "?group=Nurses") == ["locked"]
    assert listed_people(admin, "?group=unknown") == []
    assert "no group of this name" in words(admin.browser.page)
    assert listed_people(admin, "?role=owner") == ["olga"]
    assert listed_people(admin, "?role=auditor&state=off") == []


def lock(harness: Harness, username: str) -> None:
    """Lets a stranger guess until the limit."""
    app, stranger = RelyingParty(harness, first_party=True), Browser(harness)
    app.send(stranger)
    for _ in range(harness.settings.throttle_per_quarter_hour + 1):
        stranger.submit(username=username, password="wrong")


@pytest.fixture
def patient(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """The product with days of grace."""
    with fresh_harness(databases, tmp_path, second_step_grace_days=7) as made:
        yield made


def test_somebody_in_time_is_not_late(patient: Harness) -> None:
    harness = patient
    person = harness.person("soon", second_step_required=True)
    admin = console(harness)
    assert listed_people(admin, "?state=late") == []
    with harness.services.database.write() as tx:
        found = tx.users.by_id(person.id)
        assert found is not None
        tx.users.begin_grace(found, tx.now + HOUR)
    assert listed_people(admin, "?state=late") == []
    harness.clock.advance(HOUR)
    assert listed_people(admin, "?state=late") == ["soon"]


def test_csv_has_what_the_filter_shows_and_no_formula(harness: Harness) -> None:
    harness.person("jane", totp=True, profile={"name": '=HYPERLINK("https://evil.test")'})
    harness.person("bob", profile={"name": "+49"})
    admin = console(harness, path=PEOPLE)
    page = admin.post(f"{PEOPLE}/export", q="", state="")
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in page.headers["Content-Disposition"]
    rows = {row["username"]: row for row in csv.DictReader(io.StringIO(page.text))}
    assert set(rows) == {"jane", "bob", "olga"}
    assert rows["jane"]["name"].startswith("'=")
    assert rows["bob"]["name"] == "'+49"
    assert rows["jane"]["second_step"] == "totp"
    only_off = admin.post(f"{PEOPLE}/export", state="off").text
    assert "bob" in only_off
    assert "jane" not in only_off
    assert events(harness, "people.exported") == 2


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PEOPLE])
def test_auditors_look_and_change_nothing(harness: Harness, role: Role) -> None:
    page = console(harness, role, path=PEOPLE).browser.page
    assert page.status_code == 200
    assert ("Invite a person" in page.text) == (role is Role.PEOPLE)


def test_the_grid_costs_as_many_statements_for_fifty_as_for_none(harness: Harness) -> None:
    admin = console(harness)
    counts = []
    for number in (0, 60):
        crowd(harness, number)
        with metered(harness) as meter:
            listed_people(admin)
        counts.append(len(meter.statements))
    assert counts[0] == counts[1]


def test_more_people_than_are_named_are_found_by_the_requirement(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_lists, "MOST_NAMED", 1)
    for name in ("anna", "bea", "carl"):
        harness.person(name, second_step_required=True)
    harness.person("dora")
    admin = console(harness)
    assert listed_people(admin, "?required=yes") == ["anna", "bea", "carl"]
    assert listed_people(admin, "?required=yes&q=b") == ["bea"]
    assert listed_people(admin, "?required=no&sort=newest") == ["olga", "dora"]
