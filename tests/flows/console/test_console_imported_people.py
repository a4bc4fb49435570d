"""People whose `sub` another product made, in the console: every page about them is found, and each change works."""

import json
from pathlib import Path

import pytest

from idp.admin.people_import.person import SUBJECT
from idp.console.pages.people.action_table import ACTIONS
from tests.support.account import words
from tests.support.command import Command
from tests.support.console import PEOPLE, Console, console
from tests.support.console_routes import console_routes, parameters
from tests.support.harness import Harness
from tests.support.tables import count

SUBJECTS = (
    "auth0|5f7c8ec7c33c6c004bbafe82",
    "0b0a2a6e-58a6-4a0c-9d2d-1f2f7d1d0c11",
    "42",
    "google-oauth2|1.2",
    "a" * 64,
)


@pytest.fixture
def admin(harness: Harness, tmp_path: Path) -> Console:
    people = [
        {"username": f"jane{number}", "email": f"jane{number}@example.test", "subject": subject, "groups": ["Sales"]}
        for number, subject in enumerate(SUBJECTS)
    ]
    (tmp_path / "people.jsonl").write_text("\n".join(map(json.dumps, people)), encoding="utf-8")
    Command.of(harness.settings).done("users", "import", str(tmp_path / "people.jsonl"))
    return console(harness)


def test_every_page_about_a_person_is_found(harness: Harness, admin: Console) -> None:
    values = parameters(harness)
    about = [each for each in console_routes(harness) if each.method == "GET" and "user_id" in each.rule]
    assert len(about) > len(ACTIONS)
    for subject in SUBJECTS:
        for route in about:
            page = admin.browser.get(route.path(values | {"user_id": subject}))
            if admin.at("/(identify|code)"):
                page = admin.prove()
            assert page.status_code == 200, (subject, route)
        for path in ("/admin/sessions", "/admin/audit"):
            assert admin.browser.get(f"{path}?person={subject}").status_code == 200


def test_each_change_of_a_person_and_of_their_groups_works(harness: Harness, admin: Console) -> None:
    with harness.services.database.read() as tx:
        group = tx.groups.by_name("Sales")
    assert group is not None
    for subject in SUBJECTS:
        assert admin.post(f"/admin/groups/{group.id}/members/{subject}/remove").status_code == 200
        admin.browser.get(f"{PEOPLE}/{subject}/delete")
        if admin.at("/(identify|code)"):
            admin.prove()
        admin.browser.submit(action=f"{PEOPLE}/{subject}/delete")
        assert "deleted" in words(admin.browser.page)
    assert count(harness, "group_members") == 0


def test_no_subject_is_a_page_of_its_own(harness: Harness) -> None:
    rules = [rule.rule for rule in harness.app.url_map.iter_rules()]
    found = [rule.removeprefix(f"{PEOPLE}/") for rule in rules if rule.startswith(f"{PEOPLE}/") and "<" not in rule]
    assert {"new", "export", "change"} <= set(found)
    assert [page for page in found if SUBJECT.fullmatch(page)] == []
