"""From SQLite to PostgreSQL: every row arrives, and the product goes on where it was."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from idp.admin.audit_chain import AuditChain
from idp.kernel.clock import HOUR
from idp.persistence import copying, schema
from idp.persistence.copying import BATCH, NotEmpty
from tests.support.account import Account
from tests.support.any_row import add_row
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.harness import Harness, migrate
from tests.support.relying_party import RelyingParty
from tests.support.tables import count, rows


@pytest.fixture
def source(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Harness]:
    with sqlite_databases.fresh(migrate) as url:
        made = Harness(url, tmp_path)
        yield made
        made.close()


@pytest.fixture
def target_url(postgresql_databases: PostgresDatabases) -> Iterator[str]:
    with postgresql_databases.fresh() as url:
        yield url


def command_for(source: Harness, target_url: str) -> tuple[Command, str]:
    """The command with the settings of the new database, and the old file."""
    file = str(source.services.database.engine.url.database)
    return Command.of(source.settings.model_copy(update={"database_url": target_url})), file


def test_everything_arrives_and_goes_on(source: Harness, target_url: str, tmp_path: Path) -> None:
    jane, app = source.person("jane", totp=True), RelyingParty(source)
    tokens = app.tokens_from(app.sign_in(Browser(source), jane, scope="openid offline_access", acr_values="mfa"))
    AuditChain.open(source.services.database, source.settings, now=source.clock.now()).extend()
    for table in schema.METADATA.tables:
        if not count(source, table):
            add_row(source, table)
    source.clock.advance(HOUR)
    command, file = command_for(source, target_url)
    printed = command.done("db", "copy-from", file)
    before = rows(source)
    assert f"Copied {sum(map(len, before.values()))} rows." in printed

    with closing(Harness(target_url, tmp_path)) as there:
        assert rows(there) == before
        there.clock.advance(source.clock.now() - there.clock.now())
        moved = app.twin()
        moved.harness = there
        answer = moved.refresh(tokens["refresh_token"])
        assert answer.status_code == 200, answer.text
        assert Account(there, jane).open().status_code == 200
        with there.services.database.read() as tx:
            assert tx.audit.latest(limit=1)[0].id > len(before["audit_events"]), "numbers go on"


def test_a_database_with_rows_is_left_alone(source: Harness, target_url: str, tmp_path: Path) -> None:
    command, file = command_for(source, target_url)
    schema.upgrade(target_url)
    with closing(Harness(target_url, tmp_path)) as there:
        there.person("joan")
        before = rows(there)
        assert "has rows already (users)" in command.refused("db", "copy-from", file)
        assert rows(there) == before


def test_a_copy_that_is_interrupted_leaves_nothing(source: Harness, target_url: str, tmp_path: Path) -> None:
    source.person("jane")
    schema.upgrade(target_url)

    def fail(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.copy_rows(str(source.services.database.engine.url), target_url, fail)
    with closing(Harness(target_url, tmp_path)) as there:
        assert count(there, "users") == 0


def test_rows_are_read_in_parts(source: Harness, sqlite_databases: SqliteDatabases) -> None:
    for number in range(BATCH + 1):
        add_row(source, "throttles", number)
    parts: list[int] = []
    url = str(source.services.database.engine.url)
    with sqlite_databases.fresh(migrate) as empty:
        assert copying.copy_rows(url, empty, lambda done, _total: parts.append(done)) == BATCH + 1
        assert parts == [BATCH, 1]
        with pytest.raises(NotEmpty, match="throttles"):
            copying.copy_rows(url, empty, lambda _done, _total: None)


def test_what_cannot_be_copied_is_refused_with_the_remedy(source: Harness, target_url: str, tmp_path: Path) -> None:
    command, file = command_for(source, target_url)
    (tmp_path / "same.db").hardlink_to(file)
    for same in (file, str(tmp_path / "same.db")):
        assert "is the configured database" in Command.of(source.settings).refused("db", "copy-from", same)
    (tmp_path / "text.db").write_text("no database at all, but a text that is longer than the header of one")
    assert "cannot be reached" in command.refused("db", "copy-from", str(tmp_path / "text.db"))
    schema.downgrade(f"sqlite:///{tmp_path}/old.db", "base")
    schema.upgrade(f"sqlite:///{tmp_path}/old.db", "0021")
    refused = command.refused("db", "copy-from", str(tmp_path / "old.db"))
    assert "behind this version. Run: idp db upgrade (with IDP_DATABASE_URL=sqlite:///" in refused
    assert schema.current(target_url) is None
