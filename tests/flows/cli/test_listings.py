"""Listings: page by page, in order, and with the same memory however many there are."""

import json

import pytest

from tests.support.command import Command
from tests.support.footprint import add_people, measure
from tests.support.harness import Harness

FEW, MANY = 1_000, 21_000
MAY_GROW = 8
"""MiB: noise. At 20,000 people more, a listing that holds them all takes 17 to 50 more."""


@pytest.fixture
def command(harness: Harness) -> Command:
    return Command.of(harness.settings)


@pytest.mark.parametrize("options", [(), ("--json",), ("--search", "Number"), ("--late",)])
def test_memory_does_not_grow_with_the_number_of_people(
    harness: Harness, command: Command, options: tuple[str, ...]
) -> None:
    add_people(harness.services.database, 0, FEW)
    before = measure(command, "users", "list", *options)
    add_people(harness.services.database, FEW, MANY)
    after = measure(command, "users", "list", *options)
    assert after.memory - before.memory < MAY_GROW, (before, after)
    assert "--late" in options or after.lines > MANY


def test_pages_follow_each_other_without_gap_or_repetition(harness: Harness, command: Command) -> None:
    add_people(harness.services.database, 0, 1_234)
    found: list[str] = []
    after: list[str] = []
    while True:
        result = command.run("users", "list", "--json", "--limit", "500", *after)
        page = [person["username"] for person in json.loads(result.stdout)]
        found += page
        if not result.stderr:
            break
        assert result.stderr == f"There are more: --after {page[-1]}\n"
        after = ["--after", page[-1]]
    assert found == [f"person{number:07}" for number in range(1_234)]
    assert command.read("users", "list") == json.loads(command.done("users", "list", "--json", "--limit", "2000"))


def test_a_limit_that_is_just_enough_says_nothing_of_more(harness: Harness, command: Command) -> None:
    harness.person("anna")
    harness.person("jane")
    assert "There are more: --after anna" in command.run("users", "list", "--limit", "1").stderr
    assert command.run("users", "list", "--limit", "2").stderr == ""
    assert command.run("users", "list", "--late", "--limit", "1").stderr == ""
    assert command.run("users", "list", "--limit", "0").exit_code == 2


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("JANE", ["jane"]),
        ("example.org", ["li"]),
        ("Wei", ["li"]),
        ("wei", ["li"]),
        ("%", []),
        ("_", []),
        ("nobody", []),
        ("e", ["jane", "li"]),
    ],
)
def test_people_are_found_by_name_and_address(
    harness: Harness, command: Command, search: str, found: list[str]
) -> None:
    harness.person("jane", profile={"name": "J. Doe"})
    harness.person("li", email="li@example.org", profile={"name": "Li Wei"})
    harness.person("zoo", email=None, profile={})
    assert [person["username"] for person in command.read("users", "list", "--search", search)] == found


def test_the_second_step_is_told_of_the_people_on_the_page(harness: Harness, command: Command) -> None:
    harness.person("anna")
    harness.person("jane", totp=True)
    assert [person["second_step"] for person in command.read("users", "list")] == [False, True]
    assert command.read("users", "list", "--after", "anna")[0]["second_step"] is True


def test_clients_are_paged_and_found(harness: Harness, command: Command) -> None:
    for name in ("alpha", "beta", "gamma"):
        harness.client(name, client_name=f"The {name.title()}")
    assert [client["client_id"] for client in command.read("clients", "list", "--after", "alpha")] == ["beta", "gamma"]
    assert [client["client_id"] for client in command.read("clients", "list", "--search", "the b")] == ["beta"]
    result = command.run("clients", "list", "--limit", "2")
    assert result.stderr == "There are more: --after beta\n"
    assert len(result.stdout.splitlines()) == 3


def test_keys_are_paged_and_found(command: Command) -> None:
    everything = command.read("keys", "list")
    assert command.read("keys", "list", "--after", everything[0]["kid"]) == everything[1:]
    assert {key["alg"] for key in command.read("keys", "list", "--search", "ES256")} == {"ES256"}
    assert "There is no key" in command.refused("keys", "list", "--after", "nothing")


def test_columns_stay_aligned_within_a_page(harness: Harness, command: Command) -> None:
    harness.person("a" * 30)
    harness.person("jane")
    heads, *lines = command.done("users", "list").splitlines()
    assert {line.index("@example.test") > heads.index("EMAIL") for line in lines} == {True}
    assert {line[heads.index("STATUS") :].split()[0] for line in lines} == {"active"}
