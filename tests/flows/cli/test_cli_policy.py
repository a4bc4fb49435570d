"""`idp policy`: the same functions as the console's page."""

from idp.login.policy.rules import RuleKind
from tests.support.command import Command
from tests.support.harness import Harness
from tests.support.policy import group_of, rule, store_rules


def test_a_rule_is_set_shown_explained_and_returned_from(harness: Harness) -> None:
    command, jane = Command.of(harness.settings), harness.person("jane")
    group_of(harness, "staff", jane.id)
    assert "Each person chooses" in command.done("policy", "show")
    said = command.done("policy", "set", "group", "Staff", "--second-step", "yes", "--reason", "audit", "--yes")
    assert "Saved as version 1" in said
    assert "Second step: open -> A second step is required." in said
    assert "Group Staff" in command.done("policy", "show")
    assert command.read("policy", "show")["rules"] == [
        {"kind": "group", "subject": "staff", "terms": {"second_step": True}}
    ]
    said = command.done("policy", "explain", "jane")
    assert "Group Staff (asks for more)" in said
    assert "2. Set up an authenticator app" in said
    assert command.read("policy", "explain", "jane")["pages"] == ["identify", "enrol", "recovery-codes"]
    command.done("policy", "set", "group", "staff", "--remove", "--reason", "over", "--yes")
    history = command.done("policy", "history")
    assert "on the server  over" in history
    assert "on the server  audit" in history
    command.done("policy", "history", "--return-to", "1")
    assert [each["version"] for each in command.read("policy", "history")] == [3, 2, 1]
    assert command.read("policy", "show")["rules"][0]["subject"] == "staff"


def test_only_what_is_named_changes(harness: Harness) -> None:
    command = Command.of(harness.settings)
    store_rules(harness, rule(RuleKind.ORGANISATION, second_step=True, remember_days=3))
    command.done("policy", "set", "organisation", "--grace-days", "5", "--reason", "x", "--yes")
    shown = command.read("policy", "show")["organisation"]
    assert (shown["second_step"], shown["remember_days"], shown["grace_days"]) == (True, 3, 5)
    command.done("policy", "set", "organisation", "--unset", "remember_days", "--reason", "x", "--yes")
    assert command.read("policy", "show")["organisation"]["remember_days"] == 14


def test_what_cannot_be_is_refused_with_the_reason(harness: Harness) -> None:
    command = Command.of(harness.settings)
    why = ("--reason", "x", "--yes")
    assert "no group with this name" in command.refused("policy", "set", "group", "x", "--second-step", "yes", *why)
    assert "from 0 to 365" in command.refused("policy", "set", "organisation", "--remember-days", "400", *why)
    assert "Say what to set" in command.refused("policy", "set", "organisation", *why)
    harness.person("jane")
    assert "cannot say" in command.refused("policy", "set", "person", "jane", "--second-step", "yes", *why)
    assert "no version 7" in command.refused("policy", "history", "--return-to", "7")


def test_late_by_a_rule_is_late(harness: Harness) -> None:
    command, jane = Command.of(harness.settings), harness.person("jane")
    harness.person("max")
    store_rules(harness, rule(RuleKind.GROUP, group_of(harness, "staff", jane.id), second_step=True))
    assert [user["username"] for user in command.read("users", "list", "--late")] == ["jane"]


def test_the_doctor_says_which_rule_overrides_what(harness: Harness) -> None:
    store_rules(harness, rule(RuleKind.ORGANISATION, second_step=True, remember_days=14))
    said = Command.of(harness.settings).run("doctor").stdout
    assert "the organisation's rule replaces IDP_SECOND_STEP (no): yes" in said
    assert "IDP_REMEMBER_DAYS" not in said
    assert "version 1, with 0 further rules" in said
