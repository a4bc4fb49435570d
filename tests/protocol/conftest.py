"""What tests of the protocol share: an app, a person, and the product as it calls apps or is behind a proxy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.claims.standard import SECURITY
from idp.config import LOOPBACK
from tests.support.apis import ResourceServer
from tests.support.back_channel import ALL_SCOPES, BackChannelClient
from tests.support.behind_proxy import behind_proxy
from tests.support.certificates import Authority
from tests.support.clock import FrozenClock
from tests.support.databases import Databases, SqliteDatabases
from tests.support.fapi1 import AdvancedClient
from tests.support.harness import Harness, Someone, migrate
from tests.support.trusted_issuers import AssertionClient


@pytest.fixture
def rp(harness: Harness) -> BackChannelClient:
    """A confidential client that may have every scope."""
    return BackChannelClient(harness, scopes=[*ALL_SCOPES, SECURITY])


@pytest.fixture
def jane(harness: Harness) -> Someone:
    """A person; each test chooses how she signs in."""
    return harness.person("jane")


@pytest.fixture
def orders(harness: Harness) -> ResourceServer:
    """An API."""
    return ResourceServer(harness)


@pytest.fixture
def assertion_client(harness: Harness) -> AssertionClient:
    """An app that presents assertions of a trusted issuer."""
    return AssertionClient(harness)


@pytest.fixture
def local(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Harness]:
    """The product, which may call apps on this machine; what it fetches does not depend on the database."""
    with sqlite_databases.fresh(migrate) as url:
        made = Harness(url, tmp_path, private_hosts=",".join(LOOPBACK))
        yield made
        made.close()


@pytest.fixture
def authority() -> Authority:
    """An authority whose certificates the product trusts behind a proxy."""
    return Authority(FrozenClock().now())


@pytest.fixture
def proxy_settings() -> dict[str, str]:
    """More settings of the product behind a proxy."""
    return {}


@pytest.fixture
def behind(
    databases: Databases, tmp_path: Path, authority: Authority, proxy_settings: dict[str, str]
) -> Iterator[Harness]:
    """The product behind a proxy that passes certificates on."""
    with behind_proxy(databases, tmp_path, authority, **proxy_settings) as made:
        yield made


@pytest.fixture
def bank(harness: Harness, authority: Authority) -> AdvancedClient:
    """A client of FAPI 1.0 Advanced; the product must be behind a proxy."""
    return AdvancedClient(harness, authority)
