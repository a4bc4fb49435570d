"""The usual cast: one app, one person."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.config import LOOPBACK
from tests.support.back_channel import BackChannelClient
from tests.support.databases import SqliteDatabases
from tests.support.harness import Harness, Someone, migrate


@pytest.fixture
def rp(harness: Harness) -> BackChannelClient:
    """A confidential client."""
    return BackChannelClient(harness)


@pytest.fixture
def jane(harness: Harness) -> Someone:
    """Somebody; how she signed in is for each grant to say."""
    return harness.person("jane")


@pytest.fixture
def local(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Harness]:
    """The product, which may call apps on this machine; what it fetches does not depend on the database."""
    with sqlite_databases.fresh(migrate) as url:
        made = Harness(url, tmp_path, private_hosts=",".join(LOOPBACK))
        yield made
        made.close()
