"""A page of a list costs the same, however many rows there are."""

from collections.abc import Callable
from dataclasses import asdict
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import insert, text

from idp.persistence import people_lists
from idp.persistence.audit_events import AuditEvent, audit_events
from idp.persistence.audit_search import AuditFilter
from idp.persistence.groups import Group, GroupMember, group_members, groups
from idp.persistence.keyset import Position
from idp.persistence.people_lists import PeopleFilter, PeopleOrder
from idp.persistence.transaction import Transaction
from idp.persistence.users import User, users
from tests.support.harness import Harness
from tests.support.work import work

FEW, MANY = 500, 5_000
MOST = 2
"""Ten times as many rows make indexes a level deeper."""
Act = Callable[[Transaction], object]


def fill(harness: Harness, first: int, last: int) -> None:
    """Adds people whose address begins as their user name does; half are in one group, forty in another.

    Each has an event, and some of the first ones a failure.
    """
    people, members, events = [], [], []
    for number in range(first, last):
        name = "a" + sha256(str(number).encode()).hexdigest()[:12]
        address = f"{name}@example.test"
        people.append(asdict(User(f"id{number}", name, name, address, address)))
        members += [GroupMember("many", f"id{number}")] if number % 2 else []
        members += [GroupMember("few", f"id{number}")] if number < 40 else []
        failed = number % 20 == 0 and number < FEW
        outcome, event = ("failure", "sign_in.password") if failed else ("success", "token.issued")
        events.append(asdict(AuditEvent(event, outcome, {}, number + 1, client_id="app", user_agent="x" * 120)))
    with harness.services.database.engine.begin() as connection:
        connection.execute(insert(users), people)
        connection.execute(insert(group_members), [asdict(member) for member in members])
        connection.execute(insert(audit_events), events)
        connection.execute(text("ANALYZE"))
    harness.services.database.engine.dispose()  # SQLite reads these figures when a connection opens


def page(wanted: PeopleFilter, *, last: bool = False, order: PeopleOrder = PeopleOrder.USERNAME) -> Act:
    return lambda tx: tx.people.page(wanted, Position(last=last), limit=50, order=order)


def found(**wanted: Any) -> Act:
    return lambda tx: tx.audit_search.page(AuditFilter(**wanted), Position(), limit=50)


LISTS: dict[str, Act] = {
    "search": page(PeopleFilter(prefix="a")),
    "search, last page": page(PeopleFilter(prefix="a"), last=True),
    "group of many": page(PeopleFilter(group_id="many")),
    "group of few": page(PeopleFilter(group_id="few")),
    "group of many by last sign-in": page(PeopleFilter(group_id="many"), order=PeopleOrder.LAST_SIGN_IN),
    "failures": found(outcome="failure"),
    "failures of an app": found(outcome="failure", client_id="app"),
    "failures of a kind that has none": found(outcome="failure", events=("token.issued",)),
    "too many tries": found(outcome="throttled"),
}


ON_POSTGRESQL = {"failures of an app", "failures of a kind that has none"}
"""Of two indexes, SQLite prefers that of more columns, or of all rows."""


def test_a_page_costs_the_same_among_ten_times_as_many_rows(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_lists, "MOST_FETCHED", 100)
    with harness.services.database.engine.begin() as connection:
        connection.execute(insert(groups), [asdict(Group(name, name, name)) for name in ("many", "few")])
    fill(harness, 0, FEW)
    lists = {
        name: act
        for name, act in LISTS.items()
        if name not in ON_POSTGRESQL or harness.services.database.engine.name == "postgresql"
    }
    before = {name: work(harness, act) for name, act in lists.items()}
    fill(harness, FEW, MANY)
    grown = {name: work(harness, act) / before[name] for name, act in lists.items()}
    assert not {name: ratio for name, ratio in grown.items() if ratio > MOST}, grown
