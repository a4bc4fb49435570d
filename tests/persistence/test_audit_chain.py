"""The chain of the audit trail: whatever is altered, missing, inserted, swapped or cut off is named."""

import contextlib
import functools
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, update

from idp import audit
from idp.admin.audit_chain import BATCH, LATE, AuditChain
from idp.admin.audit_verification import Problem, Verification
from idp.admin.purging import purge
from idp.audit import Event
from idp.kernel.clock import DAY, MINUTE
from idp.kernel.request_origin import Origin
from idp.persistence.audit_chain import audit_chain, audit_chain_state
from idp.persistence.audit_events import audit_events
from idp.persistence.database import Database
from tests.support.account import Account
from tests.support.concurrency import CROWD, rush
from tests.support.harness import Harness
from tests.support.tables import count

WHERE = Origin("192.0.2.77", "Mozilla/5.0", "req-00001", actor_id="olga")
Found = list[tuple[Problem, int | None]]


@pytest.fixture
def chain(harness: Harness) -> AuditChain:
    return AuditChain.open(harness.services.database, harness.settings, now=harness.clock.now())


def record(harness: Harness, times: int = 1, event: Event = Event.CONSENT_GIVEN) -> None:
    for number in range(times):
        with harness.services.database.write(WHERE) as tx:
            scopes = ["openid", f"é{number}"]
            audit.record(tx, event, user_id="jane", client_id="web", sid="s1", scopes=scopes, codes_left=number)


@pytest.fixture
def chained(harness: Harness, chain: AuditChain) -> AuditChain:
    """Ten events, chained and settled."""
    record(harness, 10)
    settle(harness, chain)
    return chain


def settle(harness: Harness, chain: AuditChain) -> None:
    for _ in range(3):
        harness.clock.advance(LATE)
        chain.extend()


def found(chain: AuditChain) -> Found:
    return [(finding.problem, finding.event_id) for finding in Verification(chain).findings()]


def change(chain: AuditChain, *statements: Any) -> None:
    with chain.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def rows(chain: AuditChain, table: Table) -> list[dict[str, Any]]:
    with chain.database.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]


@contextlib.contextmanager
def tampered(chain: AuditChain, *statements: Any) -> Iterator[None]:
    """The database after these statements; afterwards it is as it was."""
    tables = (audit_events, audit_chain, audit_chain_state)
    before = {table: rows(chain, table) for table in tables}
    change(chain, *statements)
    yield
    for table, content in before.items():
        change(chain, delete(table), insert(table).values(content))


def test_a_trail_that_nobody_touched_has_no_findings(chained: AuditChain) -> None:
    verification = Verification(chained)
    assert list(verification.findings()) == []
    assert (verification.checked, verification.unchained) == (10, 0)
    assert chained.extend() == 0


ALTERED = {
    "event": "consent.revoked", "outcome": "failure", "detail": {"scopes": ["openid"]}, "at": 1_780_000_000,
    "user_id": "olga", "client_id": None, "sid": None, "address": "192.0.2.78", "user_agent": "", "request_id": "r2",
    "actor_id": None, "id": 4711,
}  # fmt: skip


def test_each_altered_column_is_named_by_its_event(chained: AuditChain) -> None:
    assert set(ALTERED) == set(audit_events.c.keys())
    for column, value in ALTERED.items():
        altered = update(audit_events).where(audit_events.c.id == 5).values({column: value})
        expected = (Problem.MISSING if column == "id" else Problem.ALTERED, 5)
        with tampered(chained, altered):
            assert expected in found(chained), column
            assert {event_id for problem, event_id in found(chained) if problem is not Problem.INSERTED} == {5}, column
    assert found(chained) == []


def test_a_deleted_event_is_named_with_or_without_its_link(chained: AuditChain) -> None:
    event, link = (
        delete(audit_events).where(audit_events.c.id == 5),
        delete(audit_chain).where(audit_chain.c.event_id == 5),
    )
    with tampered(chained, event):
        assert found(chained) == [(Problem.MISSING, 5)]
    with tampered(chained, event, link):
        assert found(chained) == [(Problem.REMOVED_LINKS, None)]
        assert "position 5 was removed" in next(Verification(chained).findings()).text
    closed_up = update(audit_chain).where(audit_chain.c.position > 5).values(position=audit_chain.c.position - 1)
    shorter = update(audit_chain_state).values(position=9)
    if chained.database.engine.dialect.name == "postgresql":  # SQLite checks uniqueness row by row
        with tampered(chained, event, link, closed_up, shorter):
            assert (Problem.ALTERED, 6) in found(chained)


def test_an_inserted_event_is_named_with_or_without_a_link(chained: AuditChain) -> None:
    change(
        chained,
        delete(audit_events).where(audit_events.c.id == 7),
        delete(audit_chain).where(audit_chain.c.event_id == 7),
    )
    before = found(chained)
    row = rows(chained, audit_events)[0] | {"id": 7}
    with tampered(chained, insert(audit_events).values(row)):
        assert set(found(chained)) - set(before) == {(Problem.INSERTED, 7)}
        chained.extend()
        assert (Problem.INSERTED, 7) in found(chained), "no later run takes it for a late one"
    forged = {"position": 7, "event_id": 7, "hash": "f" * 64}
    with tampered(chained, insert(audit_events).values(row), insert(audit_chain).values(forged)):
        assert (Problem.ALTERED, 7) in found(chained)


def test_a_forged_event_at_the_end_is_named(chained: AuditChain) -> None:
    row = rows(chained, audit_events)[0] | {"id": 11}
    forged = {"position": 11, "event_id": 11, "hash": "f" * 64}
    end = update(audit_chain_state).values(position=11, hash="f" * 64, last_id=11)
    with tampered(chained, insert(audit_events).values(row), insert(audit_chain).values(forged), end):
        assert (Problem.ALTERED, 11) in found(chained)


def test_swapped_events_are_named_together(chained: AuditChain) -> None:
    ids = [
        update(audit_events).where(audit_events.c.id == old).values(id=new) for old, new in ((3, 99), (8, 3), (99, 8))
    ]
    with tampered(chained, *ids):
        assert found(chained) == [(Problem.SWAPPED, 3)]
    links = [
        update(audit_chain).where(audit_chain.c.position == position).values(event_id=event_id)
        for position, event_id in ((3, 99), (8, 3), (3, 8))
    ]
    with tampered(chained, *links):
        assert found(chained) == [(Problem.SWAPPED, 8)]


def test_a_tail_that_was_cut_off_is_named(chained: AuditChain) -> None:
    tail = [delete(audit_events).where(audit_events.c.id > 8), delete(audit_chain).where(audit_chain.c.position > 8)]
    with tampered(chained, *tail):
        assert found(chained)[0] == (Problem.CUT_OFF, None)
    end = rows(chained, audit_chain)[7]
    state = update(audit_chain_state).values(position=8, hash=end["hash"], last_id=8, settled_id=8, mark_id=8)
    with tampered(chained, *tail, state):
        (finding,) = Verification(chained).findings()
        assert "the chain ends at position 8, and was at 10" in finding.text


def test_a_tail_stays_cut_off_when_the_trail_goes_on(harness: Harness, chained: AuditChain) -> None:
    end = rows(chained, audit_chain)[7]
    state = update(audit_chain_state).values(position=8, hash=end["hash"], last_id=8, settled_id=8, mark_id=8)
    change(
        chained,
        delete(audit_events).where(audit_events.c.id > 8),
        delete(audit_chain).where(audit_chain.c.position > 8),
        state,
    )
    record(harness, 5)
    settle(harness, chained)
    assert [problem for problem, _ in found(chained)] == [Problem.HEAD]
    with harness.services.database.write() as tx:
        assert chained.accept_end(tx) == (10, 13)
    assert found(chained) == []


def test_a_head_that_is_gone_or_not_ours_is_named(harness: Harness, chained: AuditChain) -> None:
    file = harness.settings.keys_dir / "audit_head.json"
    content = file.read_text()
    file.unlink()
    record(harness)
    chained.extend()
    assert not file.exists(), "only an administrator makes it anew"
    assert found(chained) == [(Problem.HEAD, None)]
    file.write_text(content.replace('"position": 10', '"position": 3'))
    file.chmod(0o600)
    assert (Problem.HEAD, None) in found(chained)


def test_a_backdated_event_is_named(harness: Harness, chained: AuditChain) -> None:
    row = rows(chained, audit_events)[0] | {"id": 11, "at": harness.clock.now() - DAY}
    change(chained, insert(audit_events).values(row))
    chained.extend()
    assert found(chained) == [(Problem.BACKDATED, 11)]


def test_new_rows_are_counted_while_they_wait_for_the_chain(harness: Harness, chained: AuditChain) -> None:
    record(harness, 3)
    verification = Verification(chained)
    assert list(verification.findings()) == []
    assert (verification.unchained, verification.oldest_unchained_at) == (3, harness.clock.now())


def test_retention_does_not_break_the_chain(harness: Harness, chained: AuditChain) -> None:
    harness.clock.advance(800 * DAY)
    record(harness, 3)
    assert purge(harness.services.database, harness.settings)["audit_events"] == 10
    assert (count(harness, "audit_events"), count(harness, "audit_chain")) == (3, 3)
    assert found(chained) == []
    change(
        chained,
        delete(audit_events).where(audit_events.c.id == 11),
        delete(audit_chain).where(audit_chain.c.event_id == 11),
    )
    next_one = rows(chained, audit_chain)[0]
    with tampered(chained, update(audit_chain_state).values(anchor_position=11, anchor_hash=next_one["hash"])):
        assert Problem.ANCHOR in [problem for problem, _ in found(chained)]
    assert found(chained) == [(Problem.REMOVED_LINKS, None)]


def test_retention_of_everything_lets_the_chain_go_on(harness: Harness, chained: AuditChain) -> None:
    harness.clock.advance(800 * DAY)
    purge(harness.services.database, harness.settings)
    record(harness, 3)
    settle(harness, chained)
    assert count(harness, "audit_chain") == 3
    assert found(chained) == []


def test_a_transaction_that_commits_late_is_chained(harness: Harness, chained: AuditChain) -> None:
    """On PostgreSQL an id is given out before the commit: one with a greater id is chained first."""
    if harness.services.database.engine.dialect.name == "sqlite":
        pytest.skip("one transaction writes at a time")
    with harness.services.database.write() as slow:
        audit.record(slow, Event.SIGN_OUT, user_id="slow")
        slow.audit.latest(limit=1)  # sends the insert
        record(harness, 3)
        for _ in range(6):  # however long it takes
            harness.clock.advance(5 * MINUTE)
            chained.extend()
        assert count(harness, "audit_chain") == 13
        record(harness, 3)
    settle(harness, chained)
    assert count(harness, "audit_chain") == 17
    assert found(chained) == []


def test_two_runs_at_once_chain_each_event_once(harness: Harness, chain: AuditChain) -> None:
    record(harness, 40)
    assert sum(rush([chain.extend for _ in range(8)])) == 40
    assert found(chain) == []


def test_more_than_a_batch_is_chained_in_one_run(harness: Harness, chain: AuditChain) -> None:
    row = {"at": harness.clock.now(), "event": "sign_in", "outcome": "success", "detail": {}, "address": ""}
    with harness.services.database.engine.begin() as connection:
        connection.execute(insert(audit_events), [row | {"user_agent": "", "request_id": ""}] * (2 * BATCH + 1))
    assert chain.extend() == 2 * BATCH + 1
    assert found(chain) == []


def test_many_sign_ins_at_once_lose_no_event(harness: Harness, chain: AuditChain) -> None:
    people = [harness.person(f"person{number}") for number in range(CROWD)]
    stopping = threading.Event()

    def sign_in(number: int) -> int:
        return Account(harness, people[number]).open("/account/").status_code

    def extend() -> int:
        return sum(iter(lambda: -1 if stopping.is_set() else chain.extend(), -1))

    chainer = threading.Thread(target=extend)
    chainer.start()
    try:
        rush([functools.partial(sign_in, number) for number in range(CROWD)])
    finally:
        stopping.set()
        chainer.join()
    settle(harness, chain)
    signed_in = [row for row in rows(chain, audit_events) if row["event"] == "sign_in"]
    assert len(signed_in) == CROWD
    assert count(harness, "audit_chain") == count(harness, "audit_events")
    assert found(chain) == []


def test_another_key_is_noticed(chained: AuditChain, harness: Harness) -> None:
    database: Database = harness.services.database
    other = AuditChain(database, b"another key", chained.head_file)
    assert {problem for problem, _ in found(other)} == {Problem.ALTERED, Problem.HEAD}
