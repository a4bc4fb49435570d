"""A part of the hostile campaign; `./dev bench hostile` runs all of it (docs/reference/hostile.md)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile import campaign, races, route_table, served
from tests.hostile.real_requests import REGISTRATION
from tests.support.contests import ServedInstance, half_of_contests, served_instance
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness

REQUESTS = 1000
OVER_SOCKETS = 200


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def instance(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedInstance]:
    databases = request.getfixturevalue(f"{request.param}_databases")
    with served_instance(databases, tmp_path_factory.mktemp("hostile")) as made:
        yield made


def test_hostile_requests_fail_nothing_and_double_nothing(databases: Databases, tmp_path: Path) -> None:
    with fresh_harness(databases, tmp_path, **REGISTRATION) as open_to_all:
        counts = campaign.run(open_to_all, REQUESTS)
    assert (counts.total, counts.faults, counts.doubled) == (REQUESTS, [], [])


def test_every_visitor_gets_only_what_is_allowed_at_every_route(harness: Harness) -> None:
    assert route_table.fill(harness, ("GET", "POST"), unknown=False).wrong == []


def test_hostile_bytes_over_sockets_are_answered_or_refused(instance: ServedInstance) -> None:
    assert served.over_sockets(instance, OVER_SOCKETS).faults == []


def test_what_apps_may_use_once_has_one_winner_of_32(instance: ServedInstance) -> None:
    assert races.run(instance, 1, half_of_contests(instance, races.BY_APPS)).wrong == []
