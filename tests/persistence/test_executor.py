"""When a transaction begins, and what happens to a connection that the database ended."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, text

from idp import audit
from idp.audit import Event
from idp.persistence.database import Database
from idp.persistence.failures import DatabaseUnavailable
from idp.persistence.transaction import Transaction
from tests.support.concurrency import run_during
from tests.support.harness import Harness
from tests.support.outages import LOCKED, outage, wait_briefly
from tests.support.statements import metered
from tests.support.tables import events

ON_A_SERVER = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
"""Nobody ends connections to a file."""
IN_A_FILE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""PostgreSQL wakes whoever is next."""


class Interrupted(Exception):
    """A transaction that is given up."""


def _end_connections(harness: Harness) -> None:
    """End what the pool holds, as a restart of the server does."""
    with harness.services.database.engine.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))


@ON_A_SERVER
def test_a_connection_that_the_database_ended_is_replaced(harness: Harness) -> None:
    jane, database = harness.person(), harness.services.database
    with database.read() as one, database.read() as two:
        assert one.users.by_id(jane.id)
        assert two.users.by_id(jane.id)
    _end_connections(harness)
    with database.write() as tx:
        user = tx.users.by_id(jane.id)
        assert user
        tx.users.set_profile(user, {"name": "J"})
    _end_connections(harness)
    with database.write() as tx:
        assert tx.users.raise_epoch(user)  # begins with a change
    with database.read() as tx:
        found = tx.users.by_id(jane.id)
    assert found
    assert (found.profile, found.epoch) == ({"name": "J"}, user.epoch + 1)


@ON_A_SERVER
def test_after_the_first_change_nothing_is_repeated(harness: Harness) -> None:
    jane, database = harness.person(), harness.services.database
    with database.read() as tx:
        user = tx.users.by_id(jane.id)
    assert user
    with pytest.raises(DatabaseUnavailable), database.write() as tx:  # noqa: PT012 - the later statement must raise
        tx.users.set_profile(user, {"name": "lost"})
        _end_connections(harness)
        tx.user_contacts.set_phone(user, "+491234567", verified=False)
    with database.read() as tx:
        found = tx.users.by_id(jane.id)
    assert found
    assert (found.profile, found.phone_number) == (user.profile, None)


def test_reading_in_a_write_transaction_waits_for_no_writer(harness: Harness) -> None:
    jane = harness.person()
    wait_briefly(harness)
    with outage(LOCKED, harness), harness.services.database.write() as tx:
        assert tx.users.by_id(jane.id)


@pytest.mark.parametrize(("events", "begins"), [(0, 0), (1, 0), (2, 1)])
def test_one_audit_event_alone_needs_no_transaction(harness: Harness, events: int, begins: int) -> None:
    begun: list[str] = []
    event.listen(
        harness.services.database.engine,
        "before_cursor_execute",
        lambda *call: begun.append(call[2]) if call[2].startswith("BEGIN") else None,
    )
    with metered(harness) as meter, harness.services.database.write() as tx:
        for _ in range(events):
            audit.record(tx, Event.SIGN_OUT)
        assert meter.statements == []
    assert (len(meter.statements), len(begun)) == (min(events, 1), begins)
    with harness.services.database.read() as tx:
        assert len(tx.audit.latest()) == events
    assert meter.commits == begins


def test_events_of_a_transaction_are_visible_in_it(harness: Harness) -> None:
    with harness.services.database.write() as tx:
        audit.record(tx, Event.SIGN_OUT)
        assert [each.event for each in tx.audit.latest()] == [Event.SIGN_OUT]


@IN_A_FILE
@pytest.mark.parametrize("alone", [True, False], ids=["one insert", "a transaction"])
@pytest.mark.parametrize("same_process", [True, False], ids=["the same process", "another process"])
def test_sqlites_lock_is_asked_for_every_few_milliseconds(harness: Harness, alone: bool, same_process: bool) -> None:
    """SQLite's own pauses grow to 100 milliseconds; threads of one process take turns without asking."""
    jane, database = harness.person(), harness.services.database
    another = database if same_process else Database(f"{database.url}", harness.clock)
    asked: list[str] = []
    with database.read() as tx:
        user = tx.users.by_id(jane.id)
    assert user

    def write() -> None:
        with another.write() as tx:
            if not alone:
                tx.user_contacts.set_phone(user, "+491234567", verified=False)
            audit.record(tx, Event.SIGN_IN, user_id=jane.id)

    event.listen(another.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    run_during(harness, lambda tx: tx.users.raise_epoch(user), write)
    wanted = "INSERT INTO audit_events" if alone else "BEGIN IMMEDIATE"
    times = len([statement for statement in asked if statement.startswith(wanted)])
    # The first transaction of the same process is listened to as well, and begins before.
    assert times == (1 if alone else 2) if same_process else times > 10
    assert events(harness, "sign_in") == 1
    if not same_process:
        another.close()


@IN_A_FILE
def test_a_thread_waits_for_its_turn_no_longer_than_for_the_lock(harness: Harness) -> None:
    database = harness.services.database
    database.lock_timeout = 0.1

    def write() -> None:
        with database.write() as tx:
            audit.record(tx, Event.SIGN_IN)

    def refuse(tx: Transaction) -> None:
        tx.throttles.reset("nobody")
        with ThreadPoolExecutor(1) as pool, pytest.raises(DatabaseUnavailable, match="still writes"):
            pool.submit(write).result()
        raise Interrupted

    with pytest.raises(Interrupted), database.write() as tx:
        refuse(tx)
    write()
    assert events(harness, "sign_in") == 1
