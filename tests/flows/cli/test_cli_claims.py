"""`idp attributes`, `idp users set --attribute` and `idp clients claims`."""

import json
from pathlib import Path

import pytest

from tests.support.command import Command

PASSWORD = "violet tram sleeps under nine bridges\n"
CLAIMS = [
    {"claim": "department", "source": "attribute", "attribute": "department", "targets": ["userinfo"]},
    {
        "claim": "role",
        "source": "group_values",
        "values": [{"group": "Admins", "value": "Admin"}],
        "targets": ["id_token"],
    },
]


@pytest.fixture
def idp(tmp_path: Path) -> Command:
    """An installation with a person, a group and an app."""
    command = Command.for_development(tmp_path)
    command.done("db", "upgrade")
    command.done("users", "add", "jane", "--password-stdin", stdin=PASSWORD)
    command.done("groups", "add", "Admins")
    command.done("clients", "add", "web", "--name", "Web", "--redirect-uri", "https://web.example/cb")
    return command


def test_attributes_are_declared_and_set(idp: Command) -> None:
    idp.done("attributes", "add", "department", "--title", "Department", "--visible")
    idp.done("attributes", "add", "floor", "--kind", "number")
    assert "already" in idp.refused("attributes", "add", "floor")
    assert "one a line" in idp.refused("attributes", "add", "site", "--kind", "choice")
    idp.done("users", "set", "jane", "--attribute", "department=Sales", "--attribute", "floor=3")
    assert "a number" in idp.refused("users", "set", "jane", "--attribute", "floor=third")
    assert "no attribute" in idp.refused("users", "set", "jane", "--attribute", "desk=4")
    assert "department=Sales" in idp.refused("users", "set", "jane", "--attribute", "department")
    assert [row["name"] for row in idp.read("attributes", "list")] == ["department", "floor"]
    idp.done("attributes", "remove", "floor", "--yes")
    assert "There is no attribute" in idp.refused("attributes", "remove", "floor", "--yes")


def test_claims_of_an_app_are_a_file(idp: Command, tmp_path: Path) -> None:
    file = tmp_path / "claims.json"
    file.write_text(json.dumps(CLAIMS))
    assert "Declare it first" in idp.refused("clients", "claims", "web", "--file", str(file))
    idp.done("attributes", "add", "department")
    shown = json.loads(idp.done("clients", "claims", "web", "--file", str(file)))
    assert [each["claim"] for each in shown] == ["department", "role"]
    assert shown[1]["values"] == [{"group": "Admins", "value": "Admin"}]
    file.write_text(json.dumps(shown))
    assert json.loads(idp.done("clients", "claims", "web", "--file", str(file))) == shown
    assert json.loads(idp.done("clients", "claims", "web")) == shown
    assert "Web" in idp.refused("attributes", "remove", "department", "--yes")
    assert "The app Web is told nothing" in idp.run("groups", "remove", "Admins", "--yes").stderr
    file.write_text("[]")
    assert json.loads(idp.done("clients", "claims", "web", "--file", str(file))) == []
    file.write_text("{}")
    assert "JSON array" in idp.refused("clients", "claims", "web", "--file", str(file))
