"""`idp users`: what administrators do to people, seen from those people's browsers."""

import time

import pytest

from idp.cli.output import utc
from idp.config import variable
from idp.kernel.clock import DAY
from tests.support.account import SECURITY, Account, grant, mails, revoked
from tests.support.command import Command
from tests.support.harness import PASSWORD, Harness, Someone
from tests.support.mailed import told_by_administrator
from tests.support.tables import count, events, rows

NEW = "violet tram sleeps under nine bridges"


@pytest.fixture
def command(harness: Harness) -> Command:
    return Command.of(harness.settings)


def someone(harness: Harness, username: str, password: str) -> Someone:
    """Whom the command has added."""
    with harness.services.database.read() as tx:
        user = tx.users.by_identifier(username)
    assert user is not None
    return Someone(user.id, username, password, None, ())


def test_an_added_person_signs_in(harness: Harness, command: Command) -> None:
    command.done("users", "add", "jane", "--email", "jane@example.test", "--name", "Jane Doe", stdin=f"{PASSWORD}\n")
    account = Account(harness, someone(harness, "jane", PASSWORD))
    assert account.open().status_code == 200
    assert "Jane Doe" in account.browser.page.text
    assert events(harness, "user.added") == 1


@pytest.mark.parametrize("verified", [True, False])
def test_an_administrator_vouches_for_an_address(harness: Harness, command: Command, verified: bool) -> None:
    flag = ["--email-verified"] if verified else []
    command.done("users", "add", "jane", "--email", "jane@example.test", *flag, stdin=f"{PASSWORD}\n")
    with harness.services.database.read() as tx:
        jane = tx.users.by_identifier("jane")
    assert jane is not None
    assert jane.email_verified is verified
    assert f"'email_verified': {verified}" in str(rows(harness, "audit_events"))


def test_a_password_at_a_prompt_or_on_standard_input_but_never_as_an_argument(command: Command) -> None:
    command.done("users", "add", "jane", "--password-stdin", stdin=f"{PASSWORD}\nignored\n")
    assert "No such option" in command.refused("users", "add", "bob", "--password", PASSWORD, code=2)
    assert "No password was given" in command.refused("users", "add", "bob", stdin="")
    assert [user["username"] for user in command.read("users", "list")] == ["jane"]


@pytest.mark.parametrize(
    ("arguments", "password", "says"),
    [
        (["bob"], "short", "at least 15 characters"),
        (["bob", "--required"], "short", "at least 8 characters"),
        (["bob"], "aaaaaaaaaaaaaaaaaa", "Repeats like"),
        (["bobby-tables"], "bobby-tables 1234", "too close to your name"),
        (["JANE"], PASSWORD, "belongs to another account"),
        (["bob", "--email", "Jane@Example.test"], PASSWORD, "belongs to another account"),
        (["bob@example.test"], PASSWORD, "without @"),
        (["bob smith"], PASSWORD, "without spaces"),
        (["b" * 65], PASSWORD, "1 to 64 characters"),
        (["bob", "--email", "bob"], PASSWORD, "not an email address"),
        (["bob", "--email", "bob@x\r\nBcc: all@example.test"], PASSWORD, "not an email address"),
        (["bob", "--email", "bj\u00f6rn@example.test"], PASSWORD, "letters other than a to z"),
        (["bob", "--email-verified"], PASSWORD, "Name it with --email"),
        (["bob", "--name", "Bob\nSmith"], PASSWORD, "printable"),
    ],
)
def test_nobody_is_added_who_could_not_be(
    harness: Harness, command: Command, arguments: list[str], password: str, says: str
) -> None:
    harness.person("jane")
    before = count(harness, "audit_events")
    assert says in command.refused("users", "add", *arguments, stdin=f"{password}\n")
    assert count(harness, "users") == 1
    assert count(harness, "audit_events") == before


def test_lists_and_details_as_table_and_as_json(harness: Harness, command: Command) -> None:
    harness.person("jane", totp=True, second_step_required=True)
    harness.person("bob", email=None)
    people = {user["username"]: user for user in command.read("users", "list")}
    assert people["jane"]["second_step"] is people["jane"]["second_step_required"] is True
    assert people["bob"] | {"id": ""} == {
        "id": "",
        "username": "bob",
        "name": "Bob",
        "email": None,
        "status": "active",
        "second_step": False,
        "second_step_required": False,
        "second_step_due_at": None,
        "second_step_late": False,
    }
    table = command.done("users", "list").splitlines()
    assert table[0].split("  ")[0] == "USER NAME"
    assert [line.split()[0] for line in table[1:]] == ["bob", "jane"]
    assert command.read("users", "show", "jane@example.test")["recovery_codes_left"] == 8
    assert "recovery codes left" in command.done("users", "show", "jane")
    assert "no user 'nobody'" in command.refused("users", "show", "nobody").replace("There is ", "")


def test_those_who_are_late_with_their_second_step_are_listed(harness: Harness) -> None:
    """By whatever policy; not those who have one, nor those whose time runs or has not begun, nor closed accounts."""
    command, now = Command.of(harness.settings), int(time.time())
    harness.person("late", second_step_required=True, second_step_due_at=now - 60)
    harness.person("closed", second_step_required=True, second_step_due_at=now - 60, status="disabled")
    harness.person("early", second_step_required=True, second_step_due_at=now + 2 * DAY)
    harness.person("free", second_step_due_at=now - 60)
    harness.person("new", second_step_required=True)
    harness.person("done", second_step_required=True, second_step_due_at=now - 60, totp=True)

    def late(**settings: object) -> list[str]:
        asked = Command(command.environment | {variable(name): str(value) for name, value in settings.items()})
        return [user["username"] for user in asked.read("users", "list", "--late")]

    assert late(second_step_grace_days=7) == ["late"]
    assert late(second_step_grace_days=7, second_step="required") == ["free", "late"]
    assert late() == ["early", "late", "new"], "without days of grace nobody has time"
    week = Command(command.environment | {variable("second_step_grace_days"): "7"})
    due = {user["username"]: user["second_step_due_at"] for user in week.read("users", "list")}
    owed = {"late": now - 60, "closed": now - 60, "early": now + 2 * DAY, "new": None}
    assert due == owed | {"free": None, "done": None}
    table = {line.split()[0]: line for line in week.done("users", "list").splitlines()}
    assert table["USER"].endswith("DUE")
    assert table["late"].endswith("late")
    assert table["early"].endswith(utc(now + 2 * DAY))
    assert table["new"].endswith("yes")
    assert [line.split()[0] for line in week.done("users", "list", "--late").splitlines()] == ["USER", "late"]


def test_disabling_ends_everything_at_once_and_enabling_lets_in_again(harness: Harness, command: Command) -> None:
    harness.client()
    account = Account(harness, harness.person(totp=True))
    account.open(remember=True)
    assert account.session is not None
    given = grant(harness, account.someone.id, account.session.sid, offline=True)
    pending = Account(harness, account.someone)
    pending.browser.get(SECURITY)
    pending.browser.submit(username="jane", password=PASSWORD)
    assert pending.at("/code")

    command.done("users", "disable", "jane")
    assert revoked(harness, given)
    assert count(harness, "sessions") == 0
    account.browser.get(SECURITY)
    assert account.at("/identify")
    harness.clock.advance(30)
    pending.browser.submit(code=account.someone.code(harness.clock))
    assert pending.at("/identify"), "a sign-in under way is over, too"
    assert pending.browser.submit(username="jane", password=PASSWORD).status_code == 400

    command.done("users", "enable", "jane")
    account.browser.get(SECURITY)
    account.browser.submit(username="jane", password=PASSWORD)
    assert account.at("/code"), "the device is no longer remembered"
    account.prove()
    assert account.browser.at == SECURITY
    assert events(harness, "user.changed") == 2


def test_a_new_password_ends_sessions_tokens_and_remembered_devices(harness: Harness, command: Command) -> None:
    harness.client()
    account = Account(harness, harness.person(totp=True))
    account.open(remember=True)
    assert account.session is not None
    given = grant(harness, account.someone.id, account.session.sid, offline=True)
    command.done("users", "set-password", "jane", stdin=f"{NEW}\n")
    assert revoked(harness, given)
    account.browser.get(SECURITY)
    assert account.at("/identify")
    assert account.browser.submit(username="jane", password=PASSWORD).status_code == 400
    account.browser.submit(username="jane", password=NEW)
    assert account.at("/code"), "the second step is as it was, and no device is remembered"
    assert mails(harness)[-1] == "password_set_by_administrator"
    assert "Every browser was signed out and every app too. Your second step" in told_by_administrator(harness)
    assert events(harness, "password.changed") == 1


def test_a_new_password_opens_the_lanes_that_guesses_have_closed(harness: Harness, command: Command) -> None:
    account = Account(harness, harness.person())
    account.browser.get(SECURITY)
    for _ in range(harness.settings.throttle_per_quarter_hour):
        account.browser.submit(username="jane", password="wrong")
    command.done("users", "set-password", "jane", stdin=f"{NEW}\n")
    account.browser.get(SECURITY)
    account.browser.submit(username="jane", password=NEW)
    assert account.browser.at == SECURITY


def test_a_bad_new_password_changes_nothing(harness: Harness, command: Command) -> None:
    harness.person("jane", totp=True)
    assert "at least 8 characters" in command.refused("users", "set-password", "jane", stdin="short\n")
    assert "There is no user" in command.refused("users", "set-password", "nobody", stdin=f"{NEW}\n")
    assert events(harness, "password.changed") == 0


@pytest.mark.promise("ES30")
def test_reset_removes_the_second_step_and_keeps_the_session_and_the_requirement(
    harness: Harness, command: Command
) -> None:
    """Decision 5 of docs: what needed the second step asks again, but nobody is signed out."""
    account = Account(harness, harness.person(totp=True, second_step_required=True))
    account.open(remember=True)
    command.done("users", "reset-mfa", "jane", "--yes")
    assert [count(harness, table) for table in ("factors", "recovery_sets", "recovery_codes")] == [0, 0, 0]
    shown = command.read("users", "show", "jane")
    assert (shown["second_step"], shown["second_step_required"], shown["remembered_devices"]) == (False, True, 0)
    assert account.session is not None, "not signed out"
    elsewhere = Account(harness, account.someone)
    elsewhere.browser.get(SECURITY)
    elsewhere.browser.submit(username="jane", password=PASSWORD)
    assert elsewhere.at("/enrol"), elsewhere.browser.at
    assert mails(harness)[-1] == "second_step_removed_by_administrator"
    assert "and recovery codes. No device is remembered" in told_by_administrator(harness)
    assert events(harness, "user.mfa_reset") == 1


def test_dangerous_changes_ask_first(harness: Harness, command: Command) -> None:
    harness.person("jane", totp=True)
    command.refused("users", "reset-mfa", "jane", stdin="n\n")
    command.refused("users", "set", "jane", "--second-step", "required", stdin="")
    shown = command.read("users", "show", "jane")
    assert (shown["second_step"], shown["second_step_required"]) == (True, False)
    command.done("users", "set", "jane", "--second-step", "required", stdin="y\n")
    assert command.read("users", "show", "jane")["second_step_required"] is True
    command.done("users", "set", "jane", "--second-step", "not-required")
    assert command.read("users", "show", "jane")["second_step_required"] is False
