"""`idp users import`: people come with the password, the authenticator app and the `sub` that they had."""

import csv
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import bcrypt
import pyotp
import pytest

from idp.admin import Refused
from idp.admin.people_import import Entry
from idp.admin.people_import.person import FIELDS, parse_person
from idp.admin.people_import.storing import BATCH, store_people
from idp.admin.permissions import COMMAND_LINE
from idp.admin.roles import grant_to_group
from idp.persistence.roles import Role
from idp.persistence.users import User
from idp.recovery.profile_form import LONGEST
from tests.support.account import REGENERATE, Account, mails
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.console import add_group
from tests.support.harness import PASSWORD, Harness, Someone
from tests.support.mailed import links
from tests.support.page_text import recovery_codes
from tests.support.relying_party import RelyingParty
from tests.support.tables import Snapshot, count, events, rows

SEED = pyotp.random_base32()
KEYCLOAK_ID = "0b0a2a6e-58a6-4a0c-9d2d-1f2f7d1d0c11"
SALT = b"sixteen bytes ok"


@pytest.fixture
def command(harness: Harness) -> Command:
    return Command.of(harness.settings)


def hashed(password: str = PASSWORD) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


def write_csv(path: Path, *people: dict[str, str]) -> str:
    with (path / "people.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for person in people for name in person)))
        writer.writeheader()
        writer.writerows(people)
    return str(path / "people.csv")


def write_json_lines(path: Path, *people: dict[str, Any]) -> str:
    (path / "people.jsonl").write_text("\n".join(json.dumps(person) for person in people) + "\n\n", encoding="utf-8")
    return str(path / "people.jsonl")


def stored(harness: Harness, name: str) -> User:
    with harness.services.database.read() as tx:
        user = tx.users.by_identifier(name)
    assert user is not None
    return user


def everything(harness: Harness) -> Snapshot:
    return rows(harness, "users", "factors", "groups", "group_members", "audit_events")


def test_somebody_signs_in_as_before_and_apps_know_them(harness: Harness, command: Command, tmp_path: Path) -> None:
    jane = {
        "username": "jane",
        "email": "jane@example.test",
        "email_verified": "true",
        "name": "Jane Doe",
        "locale": "de",
        "phone_number": "+49 1512 3456789",
        "phone_number_verified": "yes",
        "password_hash": hashed(),
        "totp_secret": SEED.lower(),
        "groups": "Sales; Staff",
        "subject": "7f1c-42.jane",
        "preferred_username": "j.doe",
    }
    printed = command.done("users", "import", write_csv(tmp_path, jane))
    assert "1 people: 1 with a password, 1 with an authenticator app." in printed
    assert "New groups: Sales, Staff." in printed
    assert mails(harness) == []

    someone = Someone("7f1c-42.jane", "jane", PASSWORD, SEED, ())
    app = RelyingParty(harness, scopes=["openid", "profile", "email", "phone", "groups"])
    tokens = app.tokens_from(app.sign_in(Browser(harness), someone, acr_values="mfa", scope="openid profile email"))
    claims = app.userinfo(tokens["access_token"]).get_json()
    assert claims["sub"] == "7f1c-42.jane"
    assert (claims["name"], claims["preferred_username"], claims["locale"]) == ("Jane Doe", "j.doe", "de")
    assert claims["email_verified"] is True
    user = stored(harness, "jane")
    assert (user.phone_number, user.phone_number_verified) == ("+4915123456789", True)
    assert user.password_hash is not None
    assert user.password_hash.startswith("$argon2id$"), "the first sign-in replaces the hash"
    with harness.services.database.read() as tx:
        assert [group.name for group in tx.groups.of_user(user.id)] == ["Sales", "Staff"]


def test_whoever_came_with_an_app_makes_recovery_codes_when_they_like(
    harness: Harness, command: Command, tmp_path: Path
) -> None:
    person = {"username": "jane", "password_hash": hashed(), "totp_secret": SEED}
    command.done("users", "import", write_csv(tmp_path, person))
    account = Account(harness, Someone("", "jane", PASSWORD, SEED, ()))
    account.browser.get("/account/")
    account.browser.submit(username="jane", password=PASSWORD)
    assert "enter the code it shows." in account.browser.page.text, "what the app calls the entry is not known"
    assert "0 of 8 left" in account.open().text
    account.open(REGENERATE)
    assert "You have no recovery codes yet." in account.browser.page.text
    account.post(REGENERATE)
    assert len(recovery_codes(account.browser.page.text)) == 8


def test_without_a_password_a_link_is_sent(harness: Harness, command: Command, tmp_path: Path) -> None:
    people = [{"username": "ida", "email": "ida@example.test"}, {"email": "jo@example.test", "totp_secret": SEED}]
    printed = command.done("users", "import", write_json_lines(tmp_path, *people))
    assert "`idp users invite NAME`" in printed
    command.done("users", "invite", "ida")
    command.done("users", "send-reset", "jo.example.test")
    assert len(links(harness, "invitation")) == 1
    assert stored(harness, "jo@example.test").username == "jo.example.test"


def test_states_and_requirements_are_kept(harness: Harness, command: Command, tmp_path: Path) -> None:
    off = {"username": "off", "password_hash": hashed(), "disabled": True}
    must = {"username": "must", "password_hash": hashed(), "second_step_required": True, "groups": ["A", "A"]}
    command.done("users", "import", write_json_lines(tmp_path, off, must))
    assert not stored(harness, "off").active
    there = Browser(harness)
    there.get("/account/")
    there.submit(username="must", password=PASSWORD)
    assert there.at.endswith("/enrol")


@pytest.mark.parametrize(
    ("person", "says"),
    [
        ({"username": "two words"}, "line 2: username: A user name has 1 to 64 characters"),
        ({"username": "a@b"}, "line 2: username: "),
        ({"name": "Nobody"}, "line 2: username: "),
        ({"username": "x", "email": "nowhere"}, "line 2: email: 'nowhere' is not an email address"),
        ({"username": "x", "email_verified": "true"}, "email_verified: There is no email"),
        ({"username": "x", "email_verified": "perhaps"}, "email_verified: 'perhaps' is neither true nor false"),
        ({"username": "x", "phone_number": "110"}, "phone_number: "),
        (
            {"username": "x", "password_hash": "5f4dcc3b5aa765d61d8327deb882cf99"},
            "password_hash: This hash is of no kind",
        ),
        ({"username": "x", "totp_secret": "0189"}, "totp_secret: "),
        ({"username": "x", "totp_secret": "AAAA"}, "has 10 to 128 bytes"),
        ({"username": "x", "subject": "a b"}, "subject: A subject has 1 to 64"),
        ({"username": "x", "subject": "a" * 65}, "subject: A subject has 1 to 64"),
        ({"username": "x", "subject": "new"}, "new, export and change are pages of the console"),
        ({"username": "x", "birthdate": "soon"}, "birthdate: "),
        ({"username": "x", "preferred_username": "x" * 300}, "preferred_username: "),
        ({"username": "x", "mail": "x@example.test"}, "mail: There is no such field. Those there are: username, email"),
        ({"username": "jane"}, "line 2: username: The same as in line 1"),
        ({"username": "JANE "}, "line 2: username: The same as in line 1"),
        ({"username": "x", "email": "Jane@example.test"}, "line 2: email: The same as in line 1"),
        ({"username": "x", "subject": "42"}, "line 2: subject: The same as in line 1"),
        ({"username": "x", "groups": ["ok", 7]}, "groups: This must be a list of names."),
        ({"username": 7}, "username: This must be a text."),
        ({"username": "x", "groups": ["Sales", "x" * 101]}, "line 2: groups: A name has 1 to 100 visible characters."),
        ({"username": "x", "groups": ["Sa\u200bles"]}, "line 2: groups: A name has 1 to 100 visible characters."),
        ({"username": "x", "preferred_username": "j\x1b[31m"}, "line 2: preferred_username: "),
        ({"username": "x", "subject": "shop"}, "line 2: subject: An app has the id 'shop'."),
        ({"username": "x", "\x1b]0;owned\x07": "y"}, r"line 2: \x1b]0;owned\x07: There is no such field."),
    ],
)
def test_a_problem_names_line_and_field_and_nobody_is_stored(
    harness: Harness, command: Command, tmp_path: Path, person: dict[str, Any], says: str
) -> None:
    harness.client("shop")
    before = everything(harness)
    first = {"username": "jane", "email": "jane@example.test", "subject": "42", "groups": ["New"]}
    refused = command.refused("users", "import", write_json_lines(tmp_path, first, person))
    assert says in refused
    assert "was not imported" in refused
    assert everything(harness) == before


def test_all_problems_of_a_person_are_named_but_not_without_end(command: Command, tmp_path: Path) -> None:
    bad = {"username": "a b", "email": "nowhere", "birthdate": "soon", "disabled": "x"}
    refused = command.refused("users", "import", write_csv(tmp_path, *[bad] * 200))
    assert all(f"line 2: {name}: " in refused for name in ("username", "birthdate", "disabled"))
    assert len(refused.splitlines()) < 120


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("people.csv", "username,email\njane\n", "line 2 has another number of cells"),
        ("people.csv", "username,name,name\njane,Jane,Joan\n", "the heading has 'name' twice"),
        ("people.csv", "username;name\njane;Jane\n", "line 2: username;name: There is no such field."),
        ("people.csv", "username\nja\x00ne\n", "line 2: username: "),
        ("people.csv", "username,name\njane," + "x" * 200_000, "is not CSV: field larger than field limit"),
        ("people.csv", "username\njane\n".encode("utf-16"), "not in UTF-8"),
        ("people.csv", 'username\n"jane', "line 1 is not CSV: unexpected end of data"),
        ("people.csv", "username\nj\xe4ne\n".encode("latin-1"), "not in UTF-8"),
        ("people.jsonl", '{"username": "jane"}\n{"username"', "line 2 is not JSON"),
        ("people.jsonl", '{"username": "jane", "username": "joan"}', "line 1 is not JSON: repeated member"),
        ("people.jsonl", '["jane"]', "line 1 is not a JSON object"),
        ("people.jsonl", '{"username": "\\u0000"}', "line 1 is not JSON"),
        ("people.json", "{}", "--from csv, --from jsonl, --from keycloak"),
    ],
)
def test_a_file_that_is_something_else_is_refused(
    command: Command, tmp_path: Path, name: str, content: str | bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    assert says in command.refused("users", "import", str(tmp_path / name))
    assert command.read("users", "list") == []


def test_a_dry_run_stores_nothing(harness: Harness, command: Command, tmp_path: Path) -> None:
    command.done("groups", "add", "Staff")
    before = everything(harness)
    person = {"username": "jane", "groups": "Sales;staff"}
    printed = command.done("users", "import", "--dry-run", write_csv(tmp_path, person))
    assert "New groups: Sales." in printed
    assert "Groups that are here already: staff." in printed
    assert "Nothing was stored" in printed
    assert everything(harness) == before


def test_whoever_is_here_stays_as_they_are(harness: Harness, command: Command, tmp_path: Path) -> None:
    harness.person("jane")
    joan = harness.person("joan")
    before = stored(harness, "jane"), stored(harness, "joan")
    people: list[dict[str, Any]] = [
        {"username": "JANE", "password_hash": hashed("another one")},
        {"username": "other", "email": "jane@example.test"},
        {"username": "third", "subject": joan.id, "groups": ["Staff"]},
        {"username": "new"},
    ]
    printed = command.done("users", "import", write_json_lines(tmp_path, *people))
    assert "Imported 1 people." in printed
    assert "Here already, and not changed: JANE (line 1), other (line 2), third (line 3)." in printed
    assert (stored(harness, "jane"), stored(harness, "joan")) == before
    assert "Imported 0 people." in command.done("users", "import", str(tmp_path / "people.jsonl"))
    assert events(harness, "user.added") == 1


def test_a_group_with_a_role_takes_nobody_in(harness: Harness, command: Command, tmp_path: Path) -> None:
    command.done("groups", "add", "Admins")
    with harness.services.database.write() as tx:
        group = tx.groups.by_name("admins")
        assert group is not None
        grant_to_group(tx, COMMAND_LINE, group, Role.OWNER)
    refused = command.refused("users", "import", write_csv(tmp_path, {"username": "eve", "groups": "ADMINS"}))
    assert "Members of 'ADMINS' get the role owner." in refused
    assert count(harness, "users") == 0


def test_what_is_stored_stays_and_the_rest_follows(harness: Harness, command: Command, tmp_path: Path) -> None:
    people = [{"username": f"person{number}"} for number in range(BATCH + 10)]
    assert f"Imported {BATCH} people." in command.done("users", "import", write_json_lines(tmp_path, *people[:BATCH]))
    assert "Imported 10 people." in command.done("users", "import", write_json_lines(tmp_path, *people))
    assert count(harness, "users") == BATCH + 10


def test_an_app_that_was_added_since_the_check_is_found(harness: Harness) -> None:
    entropy, sealer = harness.services.entropy, harness.services.sealer
    jane = parse_person(Entry("line 2", {"username": "jane", "subject": "shop"}), entropy, today=dt.date(2026, 1, 1))
    harness.client("shop")
    with pytest.raises(Refused, match="line 2: subject: An app has the id"), harness.services.database.write() as tx:
        store_people(tx, [jane], entropy, sealer)
    assert count(harness, "users") == 0


def test_a_role_that_a_group_got_since_the_check_is_found(harness: Harness) -> None:
    entropy, sealer = harness.services.entropy, harness.services.sealer
    eve = parse_person(Entry("line 2", {"username": "eve", "groups": ["Admins"]}), entropy, today=dt.date(2026, 1, 1))
    add_group(harness, "Admins", role=Role.AUDITOR)
    with pytest.raises(Refused, match="Members of 'Admins' get a role"), harness.services.database.write() as tx:
        store_people(tx, [eve], entropy, sealer)
    assert count(harness, "users") == 0


def test_a_file_of_a_spreadsheet_is_read(harness: Harness, command: Command, tmp_path: Path) -> None:
    """Excel writes a byte order mark, CR LF, and lines without anything."""
    (tmp_path / "people.csv").write_bytes(b"\xef\xbb\xbfusername,name\r\njane,Jane\r\n\r\njoan,\r\n")
    assert "Imported 2 people." in command.done("users", "import", str(tmp_path / "people.csv"))
    assert stored(harness, "joan").profile == {}


def test_a_pipe_is_refused_as_it_can_be_read_once(harness: Harness, command: Command, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "people.csv")
    assert "is no regular file" in command.refused("users", "import", str(tmp_path / "people.csv"))
    assert count(harness, "users") == 0


def test_the_example_of_the_manual_can_be_imported(harness: Harness, command: Command, tmp_path: Path) -> None:
    manual = (Path(__file__).parents[3] / "docs/how-to/move-people-here.md").read_text(encoding="utf-8")
    (tmp_path / "people.csv").write_text(manual.split("```text\n")[1].split("```")[0], encoding="utf-8")
    command.done("users", "import", str(tmp_path / "people.csv"))
    account = Account(harness, Someone("", "jane", PASSWORD, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", ()))
    assert account.open().status_code == 200
    missing = [name for name in FIELDS if name not in LONGEST and f"`{name}`" not in manual]
    assert missing == []
