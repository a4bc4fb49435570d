"""`idp serve` as a real process: what it refuses, how it lives, how it ends."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from idp.app import assemble
from idp.config import load
from idp.messaging.dispatcher import LEASE
from idp.server import prepared
from tests.support.command import PATIENCE, Command, fetch, free_port, kill_group
from tests.support.databases import Databases
from tests.support.harness import PASSWORD, Harness
from tests.support.http_person import HttpPerson
from tests.support.mail_server import mail_server, text_of
from tests.support.processes import workers
from tests.support.servers import (
    DISCOVERY,
    NEW_PASSWORD,
    open_sign_in,
    read_first_line,
    sum_of_metric,
    waiting_messages,
)
from tests.support.tables import let_pass

READY = {
    "status": "ready",
    "database": True,
    "keys": True,
    "workers": True,
    "workers_waiting": 0,
    "background": True,
}


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    with databases.fresh() as made:
        yield made


@pytest.fixture
def command(url: str, tmp_path: Path) -> Command:
    return Command.for_development(tmp_path, database_url=url)


def test_forked_processes_have_the_settings_that_were_checked(harness: Harness) -> None:
    """The file may be another one by the time it is read again."""
    try:
        assert prepared.build(harness.settings).settings is harness.settings
        assert prepared.services().settings is harness.settings
    finally:
        prepared.services().database.close()
        prepared._read.clear()
        for cached in (prepared.services, prepared.application):
            cached.cache_clear()


def test_nothing_starts_that_could_not_work(command: Command, tmp_path: Path) -> None:
    assert "Run: idp db upgrade" in command.refused("serve", "--port", str(free_port()))
    command.done("db", "upgrade")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = command.refused("serve", "--port", str(port))
        assert f"port {port} on 127.0.0.1 is taken" in said
        assert "--port" in said
        other = Command(command.environment | {"IDP_OPS_PORT": str(port)})
        assert "Check IDP_OPS_HOST and IDP_OPS_PORT" in other.refused("serve", "--port", str(free_port()))
    assert "must differ" in other.refused("serve", "--port", str(port))
    command.done("keys", "list")
    key = next((tmp_path / "keys").glob("signing-*"))
    key.chmod(0o644)
    assert f"chmod 600 {key}" in command.refused("serve", "--port", str(free_port()))


def test_every_wrong_setting_is_told_before_anything_starts() -> None:
    said = Command({"IDP_MODE": "productoin", "IDP_OPS_PORT": "x", "IDP_ISUER": "https://a"}).refused("serve")
    for name in ("IDP_MODE", "IDP_OPS_PORT", "IDP_ISSUER", "did you mean IDP_ISSUER?"):
        assert name in said


def test_it_starts_is_watched_and_stops_cleanly(command: Command) -> None:
    port, ops = free_port(), free_port()
    command = Command(command.environment | {"IDP_OPS_PORT": str(ops), "IDP_LOG_LEVEL": "WARNING"})
    with command.running("serve", "--upgrade", "--port", str(port), "--workers", "2") as process:
        assert f"http://127.0.0.1:{port}" in read_first_line(process)
        status, body = fetch(port, DISCOVERY)
        assert (status, json.loads(body)["issuer"]) == (200, "http://localhost:8000")
        for _ in range(20):
            fetch(port, "/token")
        assert fetch(ops, "/healthz") == (200, '{"status": "alive"}')
        assert json.loads(fetch(ops, "/readyz")[1]) == READY
        assert sum_of_metric(fetch(ops, "/metrics")[1], "countersign_http_requests_total", 'status="405"') == 20
        assert [fetch(port, path)[0] for path in ("/healthz", "/readyz", "/metrics")] == [404, 404, 404]
        assert fetch(ops, DISCOVERY)[0] == 404

        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)


@pytest.mark.parametrize(
    ("host", "shown"), [("::1", "[::1]"), ("0:0:0:0:0:0:0:1", "[::1]"), ("127.0.0.1", "127.0.0.1")]
)
def test_the_announced_address_can_be_opened(command: Command, host: str, shown: str) -> None:
    port = free_port()
    command = Command(command.environment | {"IDP_ISSUER": f"http://{shown}:{port}"})
    with command.running("serve", "--upgrade", "--host", host, "--port", str(port), "--workers", "1") as process:
        line = read_first_line(process)
        assert line == f"Countersign answers at http://{shown}:{port} as http://{shown}:{port}\n"
        with requests.Session() as session:
            session.trust_env = False
            assert session.get(f"http://{shown}:{port}{DISCOVERY}", timeout=PATIENCE).json()["issuer"] in line


@pytest.mark.parametrize("host", ["localhost", "[::1]", "127.0.0.300", "fe80::1%lo", ""])
def test_only_an_ip_address_can_be_listened_on(command: Command, host: str) -> None:
    said = command.refused("serve", "--host", host, code=2)
    assert "127.0.0.1 or ::1 for this machine alone" in said


def test_a_worker_that_dies_is_replaced(command: Command) -> None:
    port = free_port()
    with command.running("serve", "--upgrade", "--port", str(port), "--workers", "1") as process:
        read_first_line(process)
        os.kill(workers(process.pid)[0], signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while fetch(port, DISCOVERY)[0] != 200:
            assert time.monotonic() < end


def test_mail_promised_by_one_process_is_delivered_by_another(command: Command) -> None:
    """The command that promised it has ended; the server that starts later keeps the promise."""
    with mail_server() as server:
        command = Command(command.environment | {"IDP_SMTP_URL": server.url})
        command.done("db", "upgrade")
        command.done("users", "add", "jane", "--email", "jane@example.test", stdin=f"{PASSWORD}\n")
        command.done("users", "set-password", "jane", stdin=f"{NEW_PASSWORD}\n")
        ops = free_port()
        command = Command(command.environment | {"IDP_OPS_PORT": str(ops), "IDP_LOG_LEVEL": "WARNING"})
        with command.running("serve", "--port", str(free_port())):
            mail = server.mails.get(timeout=PATIENCE)
            end = time.monotonic() + PATIENCE
            while sum_of_metric(fetch(ops, "/metrics")[1], "countersign_messages_total", 'delivery="delivered"') != 1:
                assert time.monotonic() < end, "whatever the level of the log, it is counted"
        assert mail["To"] == "jane@example.test"
        text = text_of(mail)
        assert "an administrator did this" in text
        assert server.taken() == []


def test_what_a_killed_server_had_promised_arrives_once_from_the_next(command: Command) -> None:
    """It is killed with one mail in its hands, and with another that a request has committed and nobody has claimed."""
    port = free_port()
    with mail_server() as server:
        own = {"IDP_SMTP_URL": server.url, "IDP_ISSUER": f"http://localhost:{port}"}
        command = Command(command.environment | own)
        command.done("db", "upgrade")
        command.done("users", "add", "jane", "--email", "jane@example.test", stdin=f"{PASSWORD}\n")
        command.done("users", "set-password", "jane", stdin=f"{NEW_PASSWORD}\n")
        server.hangs = True
        with command.running("serve", "--port", str(port), "--workers", "1") as process:
            read_first_line(process)
            assert server.called.wait(PATIENCE)
            person = HttpPerson("jane")
            person.get(f"http://localhost:{port}/recover")
            assert person.submit(username="jane").status_code == 200
            kill_group(process)
        server.hangs = False
        services = assemble(load(command.environment))
        assert waiting_messages(services) == {"reset_offer": False, "security_notice": True}
        with command.running("serve", "--port", str(port), "--workers", "1"):
            assert "/recover/" in server.mails.get(timeout=PATIENCE).as_string()
            let_pass(services.database, LEASE, "outbox", "claimed_until")
            assert "/recover/" not in server.mails.get(timeout=PATIENCE).as_string()
            end = time.monotonic() + PATIENCE
            while waiting_messages(services):
                assert time.monotonic() < end
        services.database.close()
        assert server.taken() == []


def test_requests_under_way_are_finished_before_it_stops(command: Command) -> None:
    """A sign-in is in the middle of its hash when the order to stop comes; it still gets its answer."""
    port = free_port()
    slow = {"IDP_HASH_MEMORY_KIB": "65536", "IDP_HASH_TIME_COST": "20"}
    command = Command(command.environment | slow | {"IDP_ISSUER": f"http://localhost:{port}"})
    command.done("db", "upgrade")
    with command.running("serve", "--port", str(port), "--workers", "1") as process:
        read_first_line(process)
        browser, address, form = open_sign_in(port)
        with ThreadPoolExecutor() as beside:
            answer = beside.submit(browser.post, address, data=form, timeout=PATIENCE)
            time.sleep(0.3)
            assert not answer.done(), "the hash was to take longer than this"
            os.kill(process.pid, signal.SIGTERM)
            assert answer.result().status_code == 400
        assert process.wait(PATIENCE) == 0
