"""Fixtures every kind of test may use. Those of one kind live in that kind's own conftest.py."""

import gc
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support import once
from tests.support.browser import Browser
from tests.support.browser_binary import find_browser
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.harness import Harness, fresh_harness
from tests.support.postgres import running_server

once.install()
hypothesis.settings.register_profile("busy", deadline=None)  # a busy machine is no fault of the code
hypothesis.settings.load_profile("busy")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As in the background jobs of a script. The commands that tests interrupt would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measures coverage on one kind of database, but for the stores themselves: being watched costs half as much again.

    `no_cover` is pytest-cov's own mark.
    """
    for item in items:
        callspec = getattr(item, "callspec", None)
        if callspec and callspec.params.get("databases") == "postgresql" and "persistence" not in item.path.parts:
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """Leave what was collected out of garbage collections: searching it took two thirds of the time of tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SqliteDatabases:
    return SqliteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_databases() -> Iterator[PostgresDatabases]:
    with running_server() as server:
        yield PostgresDatabases(server)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Runs the test once per kind of database."""
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database that is this test's alone."""
    with databases.fresh() as url:
        yield url


@pytest.fixture(scope="session")
def browser_binary() -> Path:
    """A Chromium that runs. Its absence is a failure, not a skip: an unseen page is an untested one."""
    return find_browser()


@pytest.fixture
def harness(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """The whole product over each kind of database, with a clock that stands still."""
    with fresh_harness(databases, tmp_path) as made:
        yield made


@pytest.fixture
def proxied(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """The same behind one trusted proxy, which may choose addresses, hosts and request ids."""
    with fresh_harness(databases, tmp_path, trusted_proxies=1) as made:
        yield made


@pytest.fixture
def browser(harness: Harness) -> Browser:
    """Somebody's browser."""
    return Browser(harness)
