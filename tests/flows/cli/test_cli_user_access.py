"""`idp users`: invitations, access, rate limits and deletion, by the functions that the console uses."""

import pytest

from tests.support.account import Account, mails
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.harness import PASSWORD, Harness
from tests.support.mailed import links
from tests.support.tables import events

LONG = "violet tram sleeps under nine bridges"


@pytest.fixture
def command(harness: Harness) -> Command:
    return Command.of(harness.settings)


@pytest.mark.promise("ES19")
def test_an_invited_person_chooses_the_password(harness: Harness, command: Command) -> None:
    assert "7 days" in command.done("users", "invite", "ida", "--email", "ida@example.test", "--required")
    command.done("users", "invite", "ida")
    first, second = links(harness, "invitation")
    there = Browser(harness)
    assert "no longer works" in there.get(first).text
    there.get(second)
    there.submit(password=LONG)
    there.get("/account/")
    there.submit(username="ida", password=LONG)
    assert there.at.endswith("/enrol")
    assert "can sign in already" in command.refused("users", "invite", "ida")
    assert events(harness, "user.invited") == 2


def test_an_invitation_is_withdrawn(harness: Harness, command: Command) -> None:
    command.done("users", "invite", "ida", "--email", "ida@example.test")
    command.done("users", "withdraw-invitation", "ida")
    assert "no longer works" in Browser(harness).get(links(harness, "invitation")[0]).text
    assert "no invitation" in command.refused("users", "withdraw-invitation", "ida")


def test_access_ends_and_begins_again(harness: Harness, command: Command) -> None:
    jane = Account(harness, harness.person("jane", totp=True))
    jane.open("/account/", remember=True)
    command.done("users", "forget-devices", "jane")
    assert "No device" in command.refused("users", "forget-devices", "jane")
    command.done("users", "sign-out", "jane")
    assert jane.session is None
    command.done("users", "unlock", "jane")
    command.done("users", "send-reset", "jane")
    assert mails(harness)[-4:] == [
        "devices_forgotten", "signed_out_by_administrator", "unlocked", "reset_by_administrator",
    ]  # fmt: skip


def test_a_deleted_person_is_gone(harness: Harness, command: Command) -> None:
    jane = harness.person("jane")
    command.refused("users", "delete", "jane", stdin="n\n")
    command.done("users", "delete", "jane", "--yes")
    assert "no user" in command.refused("users", "show", "jane")
    with harness.services.database.read() as tx:
        kept = tx.users.by_id(jane.id)
    assert kept is not None
    assert (kept.status, kept.password_hash) == ("closed", None)
    assert PASSWORD not in kept.username
