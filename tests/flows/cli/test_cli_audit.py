"""`idp audit`: the trail searched and followed without reading the database."""

import json
import time
import tracemalloc
from typing import Any

import pytest
from sqlalchemy import insert

from idp import audit
from idp.audit import Event, Outcome
from idp.kernel.clock import DAY, HOUR
from idp.kernel.request_origin import Origin
from idp.persistence.audit_events import audit_events
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty

STRANGE = "\x1b[31mred\x9b31m \u202etxt"


@pytest.fixture
def command(harness: Harness) -> Command:
    return Command.of(harness.settings)


def found(command: Command, *options: str) -> list[dict[str, Any]]:
    """The events, read line by line."""
    return [json.loads(line) for line in command.done("audit", "--json", *options).splitlines()]


def record(harness: Harness, event: Event, *, request_id: str = "", ago: int = 0, **traits: Any) -> None:
    """An event of some seconds ago, by the real clock, which the command has."""
    with harness.services.database.write(Origin("192.0.2.1", "Agent/1", request_id)) as tx:
        tx.audit._now = int(time.time()) - ago
        audit.record(tx, event, **traits)


@pytest.fixture
def trail(harness: Harness) -> Someone:
    jane = harness.person("jane")
    record(harness, Event.SIGN_IN, user_id=jane.id, ago=3 * DAY)
    record(harness, Event.SIGN_OUT, user_id=jane.id, ago=2 * HOUR)
    refused: dict[str, Any] = {
        "outcome": Outcome.FAILURE,
        "client_id": "web",
        "reason": "no such code",
        "request_id": "req-00001",
    }
    record(harness, Event.TOKEN_REFUSED, **refused)
    record(harness, Event.TOKEN_ISSUED, client_id="web", user_id=jane.id)
    return jane


ALL = ["sign_in", "sign_out", "token.refused", "token.issued"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ALL),
        (("--person", "jane"), ["sign_in", "sign_out", "token.issued"]),
        (("--person", "JANE@example.test"), ["sign_in", "sign_out", "token.issued"]),
        (("--client", "web"), ["token.refused", "token.issued"]),
        (("--event", "token.*"), ["token.refused", "token.issued"]),
        (("--event", "sign_in", "--event", "token.issued"), ["sign_in", "token.issued"]),
        (("--outcome", "failure"), ["token.refused"]),
        (("--request-id", "req-00001"), ["token.refused"]),
        (("--since", "1d"), ["sign_out", "token.refused", "token.issued"]),
        (("--since", "2020-01-01", "--until", "1d"), ["sign_in"]),
        (("--until", "2020-01-01T12:00+02:00"), []),
        (("--limit", "2"), ["token.refused", "token.issued"]),
        (("--limit", "1", "--event", "sign_*"), ["sign_out"]),
        (("--limit", "0"), ALL),
        (("--person", "jane", "--client", "web"), ["token.issued"]),
    ],
)
def test_events_are_found_oldest_first(
    command: Command, trail: Someone, options: tuple[str, ...], expected: list[str]
) -> None:
    assert trail.username == "jane"
    assert [event["event"] for event in found(command, *options)] == expected


def test_a_person_is_found_by_their_sub_too(command: Command, trail: Someone) -> None:
    assert {event["username"] for event in found(command, "--person", trail.id)} == {"jane"}


def test_everything_that_was_recorded_is_shown(command: Command, trail: Someone) -> None:
    assert trail.username == "jane"
    event = found(command, "--event", "token.refused")[0]
    assert abs(event.pop("at") - time.time()) < 60
    assert event.pop("id") > 0
    assert event == {
        "event": "token.refused",
        "outcome": "failure",
        "username": None,
        "user_id": None,
        "client_id": "web",
        "sid": None,
        "address": "192.0.2.1",
        "user_agent": "Agent/1",
        "request_id": "req-00001",
        "reason": "no such code",
        "actor": None,
        "actor_id": None,
        "text": "web was refused access.",
    }
    line = command.done("audit", "--client", "web", "--limit", "2").splitlines()[0]
    for word in ("token.refused", "failure", "client_id=web", "address=192.0.2.1", 'reason="no such code"'):
        assert word in line


def test_the_reason_of_a_refusal_is_found_with_its_remedy(harness: Harness, command: Command, browser: Browser) -> None:
    RelyingParty(harness).send(browser, code_challenge=None)
    line = command.done("audit", "--client", "web")
    assert "code_challenge is missing" in line
    assert "idp clients set web --pkce optional" in line


def test_what_strangers_wrote_cannot_steer_the_terminal(harness: Harness, command: Command) -> None:
    record(harness, Event.CLIENT_REFUSED, client_id=STRANGE, reason=STRANGE)
    for output in (command.done("audit"), command.done("audit", "--json")):
        assert output.rstrip("\n").isprintable()
        assert output.count("\n") == 1
    assert found(command)[0]["client_id"] == STRANGE


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--event", "sing_in"), "Did you mean sign_in?"),
        (("--event", "nothing.*"), "There is no event"),
        (("--since", "yesterday"), "is no time"),
        (("--until", "2026-13-01"), "is no time"),
        (("--person", "nobody"), "There is no user"),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_sentence(
    command: Command, options: tuple[str, ...], says: str
) -> None:
    assert says in command.refused("audit", *options)


def fill(harness: Harness, count: int) -> None:
    row = {"at": 1, "event": "token.issued", "outcome": "success", "client_id": "busy", "address": "192.0.2.1"}
    row |= {"user_agent": "x" * 200, "request_id": "r", "detail": {"grant_type": "refresh_token"}}
    with harness.services.database.engine.begin() as connection:
        connection.execute(insert(audit_events), [row] * count)


def test_memory_does_not_grow_with_the_trail(harness: Harness, command: Command) -> None:
    """What is printed is not counted: the runner of the test keeps it."""
    from idp.cli.audit import _lines
    from idp.cli.context import CliContext
    from idp.persistence.audit_search import AuditFilter

    work = CliContext()
    work.__dict__["database"] = harness.services.database
    peaks = []
    for more in (2_000, 20_000):
        fill(harness, more)
        tracemalloc.start()
        lines = sum(1 for _ in _lines(work, AuditFilter(), limit=0, follow=False, json_wanted=True))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert lines >= more
    assert peaks[1] < 1.5 * peaks[0], peaks
    assert len(found(command, "--limit", "1000")) == 1000


def test_it_follows_what_happens(harness: Harness, command: Command, trail: Someone) -> None:
    """Also a transaction that commits after a later one: its id is smaller than one already shown."""
    with command.running("audit", "--follow", "--json", "--limit", "1") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"] == "token.issued"
        record(harness, Event.CONSENT_GIVEN, user_id=trail.id, client_id="web")
        assert json.loads(process.stdout.readline())["event"] == "consent.given"
        with harness.services.database.engine.begin() as connection:
            newest = insert(audit_events).values(id=10_000, **_row("session.ended"))
            connection.execute(newest)
        assert json.loads(process.stdout.readline())["event"] == "session.ended"
        with harness.services.database.engine.begin() as connection:
            connection.execute(insert(audit_events).values(id=9_000, **_row("sign_in.cancelled")))
        assert json.loads(process.stdout.readline())["event"] == "sign_in.cancelled"
        process.send_signal(2)
        rest, _ = process.communicate(timeout=60)
        assert (process.returncode, rest) == (0, "")


def _row(event: str) -> dict[str, Any]:
    return {"at": int(time.time()), "event": event, "outcome": "success", "address": "", "user_agent": ""} | {
        "request_id": "",
        "detail": {},
    }
