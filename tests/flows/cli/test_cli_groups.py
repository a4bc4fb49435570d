"""`idp groups`: the same functions as the console, for scripts."""

from pathlib import Path

import pytest

from tests.support.command import Command

PASSWORD = "violet tram sleeps under nine bridges\n"


@pytest.fixture
def idp(tmp_path: Path) -> Command:
    """An installation with two people."""
    command = Command.for_development(tmp_path)
    command.done("db", "upgrade")
    for name in ("jane", "joan"):
        command.done("users", "add", name, "--email", f"{name}@example.test", "--password-stdin", stdin=PASSWORD)
    return command


def test_a_group_from_its_making_to_its_end(idp: Command) -> None:
    idp.done("groups", "add", "Sales", "--description", "Who sells")
    assert "already" in idp.refused("groups", "add", "SALES")
    idp.done("groups", "add-member", "Sales", "jane")
    idp.done("groups", "add-member", "sales", "joan@example.test")
    assert "already" in idp.done("groups", "add-member", "Sales", "jane")
    assert [row["username"] for row in idp.read("groups", "members", "Sales")] == ["jane", "joan"]
    assert [row["username"] for row in idp.read("groups", "members", "Sales", "--after", "jane")] == ["joan"]
    assert [row["username"] for row in idp.read("groups", "members", "Sales", "--search", "JO")] == ["joan"]
    idp.done("groups", "rename", "Sales", "Sellers")
    (row,) = idp.read("groups", "list")
    assert (row["name"], row["members"], row["description"]) == ("Sellers", 2, "Who sells")
    idp.done("groups", "remove-member", "Sellers", "jane")
    assert "no member" in idp.done("groups", "remove-member", "Sellers", "jane")
    assert idp.run("groups", "remove", "Sellers", stdin="n\n").exit_code == 1
    assert "1 person is a member" in idp.run("groups", "remove", "Sellers", "--yes").stderr
    assert idp.read("groups", "list") == []


def test_refusals_say_what_to_do(idp: Command) -> None:
    assert "`idp groups list`" in idp.refused("groups", "members", "Nowhere")
    assert "visible characters" in idp.refused("groups", "add", " ")
    idp.done("groups", "add", "Sales")
    assert "`idp users list`" in idp.refused("groups", "add-member", "Sales", "nobody")
