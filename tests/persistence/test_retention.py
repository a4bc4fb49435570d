"""Every table has a written life, and ends with it: in bounded batches, without locking anybody out."""

from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from idp.admin.audit_chain import AuditChain
from idp.admin.purging import purge
from idp.kernel.clock import DAY
from idp.persistence.purging import BATCH
from idp.persistence.retention import ERASURES, LIVES
from idp.persistence.row_lives import Life, Retention
from idp.persistence.schema import METADATA
from tests.support import retention_page
from tests.support.any_row import add_row, any_value
from tests.support.harness import Harness
from tests.support.outages import LOCKED, outage, wait_briefly
from tests.support.statements import metered
from tests.support.tables import count

CHAIN = {"audit_chain", "audit_chain_state"}
"""Written together with audit events, and shortened with them."""
PURGED = [life for life in LIVES if life.over is not None]
FOR_EVER = [life for life in LIVES if life.over is None]
OF_UNUSED_APP = {"clients"} | {
    table.name for table in METADATA.tables.values() for key in table.foreign_keys if key.column.table.name == "clients"
}
"""Tables whose rows go with an app that registered itself and that nobody uses: it has a row in each."""
LONG = 5000 * DAY


def test_every_table_has_a_written_life() -> None:
    assert sorted(life.name for life in LIVES) == sorted(METADATA.tables)
    assert all(life.until and life.grows_with for life in LIVES)


def test_the_reference_says_what_the_code_does() -> None:
    assert retention_page.PAGE.read_text(encoding="utf-8") == retention_page.render()


@pytest.fixture
def filled(harness: Harness) -> Harness:
    """One row in every table."""
    for life in LIVES:
        if life.name not in CHAIN and not count(harness, life.name):
            add_row(harness, life.name)
    AuditChain.open(harness.services.database, harness.settings, now=harness.clock.now()).extend()
    return harness


def test_what_is_new_stays(filled: Harness) -> None:
    purge(filled.services.database, filled.settings)
    assert {life.name: count(filled, life.name) for life in LIVES} == {life.name: 1 for life in LIVES}


def test_what_has_ended_goes_and_nothing_else(filled: Harness) -> None:
    filled.clock.advance(LONG)
    gone = purge(filled.services.database, filled.settings)
    assert {life.name for life in PURGED} <= gone.keys()
    left = {life.name: 0 for life in PURGED} | {"audit_events": 1}  # that the unused app was removed
    assert {life.name: count(filled, life.name) for life in PURGED} == left
    kept = {life.name: 0 if life.name in OF_UNUSED_APP | {"audit_chain"} else 1 for life in FOR_EVER}
    assert {life.name: count(filled, life.name) for life in FOR_EVER} == kept


def test_no_search_compares_each_row_with_a_whole_table() -> None:
    """PostgreSQL reads the list of a `NOT IN (SELECT ...)` once for each row, when it is larger than `work_mem`."""
    at = Retention(now=1, session_idle=1, audit_days=1, keep_codes=False)
    searches = [str(each.over(at)) for each in (*LIVES, *ERASURES) if each.over]
    assert [search for search in searches if "NOT IN (SELECT" in search] == []


@pytest.mark.parametrize("life", PURGED, ids=lambda life: life.name)
def test_no_transaction_deletes_more_than_a_batch(harness: Harness, life: Life) -> None:
    for number in range(3):
        add_row(harness, life.name, number)
    harness.clock.advance(LONG)
    with harness.services.database.read() as tx:
        retention = Retention(now=tx.now, session_idle=60, audit_days=1, keep_codes=True)
        keys = tx.purge.find_ended(life, retention)
    assert len(keys) == 3
    with harness.services.database.write() as tx:
        assert tx.purge.remove(life, retention, keys[:2]) == 2
    assert count(harness, life.name) == 1


def test_many_rows_are_deleted_in_many_transactions(harness: Harness) -> None:
    add_events(harness, 2 * BATCH + 1)
    harness.clock.advance(LONG)
    with metered(harness) as meter:
        assert purge(harness.services.database, harness.settings)["audit_events"] == 2 * BATCH + 1
    deletes = [statement for statement in meter.statements if statement.startswith("DELETE FROM audit_events")]
    chained = -(-(2 * BATCH + 1) // BATCH)
    assert (len(deletes), meter.commits) == (3, 3 + chained)
    assert count(harness, "audit_events") == 0


def add_events(harness: Harness, number: int) -> None:
    columns = METADATA.tables["audit_events"].columns
    rows = [{column.name: any_value(column, harness.clock.now(), each) for column in columns} for each in range(number)]
    with harness.services.database.engine.begin() as connection:
        connection.execute(insert(METADATA.tables["audit_events"]), rows)


def test_nothing_is_written_or_waited_for_while_nothing_has_ended(filled: Harness) -> None:
    purge(filled.services.database, filled.settings)
    wait_briefly(filled)
    with outage(LOCKED, filled), metered(filled) as meter:
        assert not any(purge(filled.services.database, filled.settings).values())
    assert meter.commits == 0


def test_a_row_that_is_used_while_it_is_purged_stays(harness: Harness) -> None:
    add_row(harness, "sessions")
    harness.clock.advance(harness.settings.session_idle + 1)
    life = next(life for life in LIVES if life.name == "sessions")
    retention = Retention(harness.clock.now(), harness.settings.session_idle, audit_days=0, keep_codes=True)
    with harness.services.database.engine.begin() as connection:
        sessions = METADATA.tables["sessions"]
        connection.execute(sessions.update().values(expires_at=harness.clock.now() + DAY))
    with harness.services.database.read() as tx:
        keys = tx.purge.find_ended(life, retention)
        (session,) = tx.sessions.for_user("users-id-0")
    assert keys
    with harness.services.database.write() as tx:
        tx.sessions.touch(session)
    with harness.services.database.write() as tx:
        assert tx.purge.remove(life, retention, keys) == 0
    assert count(harness, "sessions") == 1


@pytest.mark.parametrize(("days", "age", "kept"), [(730, 730, 1), (730, 731, 0), (1, 2, 0), (0, 5000, 1)])
def test_audit_events_live_as_long_as_the_setting_says(harness: Harness, days: int, age: int, kept: int) -> None:
    settings = harness.settings.model_copy(update={"audit_retention_days": days})
    add_row(harness, "audit_events")
    harness.clock.advance(age * DAY)
    purge(harness.services.database, settings)
    assert count(harness, "audit_events") == kept


def test_a_purge_can_be_stopped_and_goes_on_the_next_time(harness: Harness) -> None:
    add_events(harness, BATCH + 1)
    harness.clock.advance(LONG)
    AuditChain.open(harness.services.database, harness.settings, now=harness.clock.now()).extend()
    asked: Iterator[bool] = iter([True] * (len(PURGED) + 1) + [False] * 100)
    purge(harness.services.database, harness.settings, proceed=lambda: next(asked))
    assert count(harness, "audit_events") == 1
    purge(harness.services.database, harness.settings)
    assert count(harness, "audit_events") == 0
