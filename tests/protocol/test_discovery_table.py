"""The table of docs/reference/discovery.md: which member is there when, and what enforces it."""

from pathlib import Path
from typing import Any

from idp.config import Settings, variable
from tests.support.browser import Browser
from tests.support.databases import SqliteDatabases
from tests.support.harness import fresh_harness
from tests.support.reference_tables import ROOT, code, rows

ON = {
    "client_registration": "open",
    "session_management": True,
    "mtls_origin": "https://mtls.id.example.test",
    "client_certificate_header": "X-Client-Cert",
    "trusted_proxies": 1,
}
"""What the members that are not always there need."""


def discovered(databases: SqliteDatabases, directory: Path, **settings: Any) -> set[str]:
    directory.mkdir()
    with fresh_harness(databases, directory, **settings) as harness:
        return set(Browser(harness).get("/.well-known/openid-configuration").json or {})


def test_each_member_is_there_when_the_table_says_so(sqlite_databases: SqliteDatabases, tmp_path: Path) -> None:
    when = {code(name)[0]: said for name, said, _ in rows("discovery.md")}
    assert discovered(sqlite_databases, tmp_path / "plain") == {name for name, said in when.items() if said == "always"}
    assert discovered(sqlite_databases, tmp_path / "all", **ON) == when.keys()


def test_files_and_settings_in_the_table_are_there() -> None:
    named = {each for _, said, why in rows("discovery.md") for each in code(said + why)}
    files, settings = ({each for each in named if each.startswith(start)} for start in ("idp/", "IDP_"))
    assert sorted(each for each in files if not (ROOT / each).exists()) == []
    assert settings <= {variable(name) for name in Settings.model_fields}
