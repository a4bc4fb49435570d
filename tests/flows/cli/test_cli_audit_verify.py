"""`idp audit verify`: the trail is as it was written, or what is not is named."""

import json

import pytest
from sqlalchemy import delete, update

from idp import audit
from idp.admin.audit_chain import AuditChain
from idp.audit import Event
from idp.persistence.audit_chain import audit_chain
from idp.persistence.audit_events import audit_events
from tests.support.command import Command
from tests.support.harness import Harness


@pytest.fixture
def command(harness: Harness) -> Command:
    return Command.of(harness.settings)


@pytest.fixture(autouse=True)
def _chained(harness: Harness) -> None:
    for _ in range(5):
        with harness.services.database.write() as tx:
            audit.record(tx, Event.SIGN_OUT, user_id="jane")
    AuditChain.open(harness.services.database, harness.settings, now=harness.clock.now()).extend()


def test_a_trail_as_it_was_written_is_confirmed_with_its_cost(command: Command) -> None:
    printed = command.done("audit", "verify")
    assert "5 rows verified" in printed
    assert "seconds per million rows" in printed
    assert "Nothing was altered" in printed


def test_an_altered_row_is_named_and_the_command_fails(harness: Harness, command: Command) -> None:
    with harness.services.database.engine.begin() as connection:
        connection.execute(update(audit_events).where(audit_events.c.id == 3).values(user_id="olga"))
    result = command.run("audit", "verify")
    assert result.exit_code == 1
    assert "ALTERED  event 3 was altered" in result.output
    lines = [json.loads(line) for line in command.run("audit", "verify", "--json").output.splitlines()]
    assert (lines[0]["problem"], lines[0]["event_id"], lines[-1]["findings"]) == ("altered", 3, 1)


def test_after_a_restored_backup_its_end_can_be_accepted(harness: Harness, command: Command) -> None:
    with harness.services.database.engine.begin() as connection:
        connection.execute(delete(audit_events).where(audit_events.c.id > 3))
        connection.execute(delete(audit_chain).where(audit_chain.c.position > 3))
        connection.exec_driver_sql(
            "UPDATE audit_chain_state SET position = 3, last_id = 3, settled_id = 0, mark_id = 0, "
            "hash = (SELECT hash FROM audit_chain WHERE position = 3)"
        )
    assert "was at 5" in command.run("audit", "verify").output
    assert "ends at position 3" in command.done("audit", "accept-end", "--yes")
    assert command.run("audit", "verify").exit_code == 0
    assert "audit.end_accepted" in command.done("audit")


def test_the_doctor_says_when_the_chain_lags(harness: Harness, command: Command) -> None:
    assert "lags" not in command.run("doctor").output
    with harness.services.database.write() as tx:
        audit.record(tx, Event.SIGN_OUT, user_id="jane")
    assert "the chain of the audit trail lags" in command.run("doctor").output
