"""Behind PgBouncer in transaction mode, where each transaction may be on another server connection."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from idp.persistence.engine import PREPARE_AFTER, open_engine
from tests.support.browser import Browser
from tests.support.databases import PostgresDatabases
from tests.support.harness import Harness, migrate
from tests.support.pgbouncer import pooled_url, pooler
from tests.support.postgres import PostgresServer, running_server
from tests.support.relying_party import RelyingParty

SIGN_INS, AT_ONCE = 40, 8
RETURN_SECONDS = 20


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_server() as running:
        yield running


@pytest.fixture
def pooled(server: PostgresServer, tmp_path: Path) -> Iterator[Harness]:
    """The product behind the pooler, its tables made through it as well."""
    with PostgresDatabases(server).fresh() as direct, pooler(server) as directory:
        url = pooled_url(directory, direct.partition("@/")[2].partition("?")[0])
        migrate(url)
        harness = Harness(url, tmp_path, hash_concurrency=AT_ONCE)
        yield harness
        harness.close()


def test_no_sign_in_is_lost(pooled: Harness) -> None:
    rp = RelyingParty(pooled)
    people = [pooled.person(f"person{number}") for number in range(SIGN_INS)]
    clients = [RelyingParty(pooled, f"app{number}") for number in range(AT_ONCE)]

    def sign_in(number: int) -> int:
        mine, browser = clients[number % AT_ONCE], Browser(pooled)
        done = 0
        for someone in people[number::AT_ONCE]:
            tokens = mine.tokens_from(mine.sign_in(browser, someone, prompt="login", scope="openid offline_access"))
            assert mine.get("/userinfo", tokens["access_token"]).status_code == 200
            assert mine.refresh(tokens["refresh_token"]).status_code == 200
            done += 1
        return done

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert sum(threads.map(sign_in, range(AT_ONCE))) == SIGN_INS
    assert rp.client_credentials().status_code == 200


@pytest.mark.parametrize("direct", [True, False])
def test_statements_are_prepared_on_connections_of_our_own_alone(server: PostgresServer, direct: bool) -> None:
    with PostgresDatabases(server).fresh(migrate) as url, pooler(server) as directory:
        name = url.partition("@/")[2].partition("?")[0]
        engine = open_engine(url if direct else pooled_url(directory, name))
        with engine.connect() as connection:
            for _ in range(2 * PREPARE_AFTER):
                connection.execute(text("SELECT count(*) FROM users WHERE id = :id"), {"id": "x"})
            prepared = connection.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE statement ~ 'users'"))
        engine.dispose()
    assert (prepared > 0) is direct


def test_a_server_that_stops_behind_the_pooler(pooled: Harness, server: PostgresServer) -> None:
    rp = RelyingParty(pooled)
    assert rp.client_credentials().status_code == 200
    server.stop()
    try:
        response = rp.client_credentials()
        assert (response.status_code, response.get_json()["error"]) == (503, "temporarily_unavailable")
    finally:
        server.start()
    end = time.monotonic() + RETURN_SECONDS
    while rp.client_credentials().status_code != 200:
        assert time.monotonic() < end, "never usable again"
        time.sleep(0.2)
