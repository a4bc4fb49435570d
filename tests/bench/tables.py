"""How tables grow with sign-ins, what of it is left later, and how long a purge takes."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select

from idp.admin.purging import purge
from idp.kernel.clock import DAY, HOUR
from idp.persistence.schema import METADATA
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty

AGES = (DAY, 31 * DAY, 731 * DAY)
BATCH = 5000


@dataclass(frozen=True)
class Table:
    """Rows and bytes of one sign-in, and the rows left of all after each of `AGES`."""

    name: str
    rows: float
    size: float
    left: list[int]


@dataclass(frozen=True)
class Purged:
    """One purge of many ended rows: seconds in all, and the longest transaction that held the write lock."""

    rows: int
    seconds: float
    longest: float


def growth(database_url: str, directory: Path, sign_ins: int) -> Iterator[Table]:
    """Sign in as many people, each with a new browser, a code, a refresh and a wrong password first."""
    harness = Harness(database_url, directory)
    try:
        rp = RelyingParty(harness)
        people = [harness.person(f"person{number}", totp=True) for number in range(sign_ins)]
        before = _contents(harness)
        sign_everybody_in(harness, rp, people)
        after = _contents(harness)
        left = list(_left(harness))
    finally:
        harness.close()
    for name in METADATA.tables:
        (rows, size), (old_rows, old_size) = after[name], before[name]
        yield Table(name, (rows - old_rows) / sign_ins, (size - old_size) / sign_ins, [each[name][0] for each in left])


def sign_everybody_in(harness: Harness, rp: RelyingParty, people: list[Someone]) -> None:
    """Sign each in from a new browser, with a wrong password first and a code; their app refreshes its tokens once."""
    for someone in people:
        browser = Browser(harness)
        rp.send(browser, scope="openid offline_access", acr_values="mfa")
        browser.submit(username=someone.username, password="not the password")
        tokens = rp.tokens_from(rp.go_through(browser, someone))
        assert rp.refresh(tokens["refresh_token"]).status_code == 200


def purging(database_url: str, directory: Path, rows: int) -> Purged:
    """Purge as many ended audit events."""
    harness = Harness(database_url, directory)
    events, spans = METADATA.tables["audit_events"], []
    fields = {name: f"a {name} of the usual length" for name in ("event", "outcome", "address", "user_agent")}
    row = fields | {"at": harness.clock.now(), "request_id": "0123456789abcdef", "detail": {"method": "password"}}
    engine = harness.services.database.engine
    try:
        for start in range(0, rows, BATCH):
            with engine.begin() as connection:
                connection.execute(insert(events), [row] * min(BATCH, rows - start))
        harness.clock.advance(AGES[-1])
        began: dict[Any, float] = {}
        event.listen(engine, "begin", lambda connection: began.update({connection: time.perf_counter()}))
        event.listen(engine, "commit", lambda connection: spans.append(time.perf_counter() - began[connection]))
        started = time.perf_counter()
        gone = purge(harness.services.database, harness.settings)
        return Purged(gone["audit_events"], time.perf_counter() - started, max(spans))
    finally:
        harness.close()


def _left(harness: Harness) -> Iterator[dict[str, tuple[int, int]]]:
    start = harness.clock.now()
    for age in AGES:
        harness.clock.advance(start + age + HOUR + 1 - harness.clock.now())
        purge(harness.services.database, harness.settings)
        yield _contents(harness)


def _contents(harness: Harness) -> dict[str, tuple[int, int]]:
    """Rows of each table, and the bytes of their values as text: what the kinds of databases have in common."""
    found = {}
    with harness.services.database.engine.connect() as connection:
        for name, table in METADATA.tables.items():
            rows = connection.execute(select(table)).all()
            found[name] = len(rows), sum(len(str(value)) for row in rows for value in row if value is not None)
    return found
