"""The background process of `idp serve`: it alone delivers, it comes back when it dies, and a stop loses nothing."""

import contextlib
import functools
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from idp.app import assemble
from idp.config import load
from idp.messaging.dispatcher import LEASE
from idp.persistence.failures import DatabaseUnavailable
from tests.support.command import PATIENCE, Command, fetch, free_port
from tests.support.databases import Databases
from tests.support.harness import PASSWORD, migrate
from tests.support.http_person import HttpPerson
from tests.support.mail_server import MailServer, mail_server
from tests.support.processes import background
from tests.support.servers import DISCOVERY, NEW_PASSWORD, read_first_line, sum_of_metric, waiting_messages
from tests.support.tables import let_pass

TRIES = 10
LONG_ENOUGH = 3.0
"""Seconds in which several polls for messages take place."""


@dataclass(frozen=True)
class Installation:
    """One server, its mail server, and Jane, who has an account."""

    command: Command
    mail: MailServer
    port: int
    ops: int

    @contextlib.contextmanager
    def serving(self) -> Iterator[subprocess.Popen[str]]:
        """Serve with one worker, until the block ends."""
        with self.command.running("serve", "--port", str(self.port), "--workers", "1") as process:
            read_first_line(process)
            yield process

    def request_mail(self) -> None:
        """Let a worker enqueue a mail."""
        person = HttpPerson("jane")
        person.get(f"http://localhost:{self.port}/recover")
        assert person.submit(username="jane").status_code == 200

    def outbox(self) -> dict[str, bool]:
        """The messages not delivered yet, and whether each is claimed."""
        services = assemble(load(self.command.environment))
        with contextlib.closing(services.database):
            return waiting_messages(services)

    def pause(self, pid: int) -> None:
        """Stop a process, at a moment at which it holds no lock: on SQLite it would be that of all writers."""
        services = assemble(load(self.command.environment))
        with contextlib.closing(services.database):
            for _ in range(TRIES):
                os.kill(pid, signal.SIGSTOP)
                with contextlib.suppress(DatabaseUnavailable), services.database.write() as tx:
                    tx.throttles.reset("nobody")
                    return
                os.kill(pid, signal.SIGCONT)
        raise AssertionError("it always holds a lock")

    def let_claims_end(self) -> None:
        """Let the time pass that a claim lasts."""
        services = assemble(load(self.command.environment))
        with contextlib.closing(services.database):
            let_pass(services.database, LEASE, "outbox", "claimed_until")


@pytest.fixture
def installation(databases: Databases, tmp_path: Path) -> Iterator[Installation]:
    port, ops = free_port(), free_port()
    with databases.fresh(migrate) as url, mail_server() as mail:
        command = Command.for_development(
            tmp_path, database_url=url, smtp_url=mail.url, issuer=f"http://localhost:{port}", ops_port=ops
        )
        command.done("users", "add", "jane", "--email", "jane@example.test", stdin=f"{PASSWORD}\n")
        yield Installation(command, mail, port, ops)


def wait_until(reached: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def running(process: subprocess.Popen[str], *, but: int | None = None) -> int:
    """The background process, once one runs that is not `but`."""
    end = time.monotonic() + PATIENCE
    while (found := background(process.pid)) in {None, but}:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert found is not None
    return found


def test_workers_deliver_nothing_themselves(installation: Installation) -> None:
    with installation.serving() as process:
        installation.pause(running(process))
        installation.request_mail()
        time.sleep(LONG_ENOUGH)
        assert fetch(installation.port, DISCOVERY)[0] == 200
        assert installation.mail.taken() == []
        assert list(installation.outbox().values()) == [False]
        os.kill(running(process), signal.SIGCONT)
        assert "/recover/" in installation.mail.mails.get(timeout=PATIENCE).as_string()


def test_what_is_enqueued_while_it_is_dead_is_delivered_once_it_is_back(installation: Installation) -> None:
    """It is killed with one mail in its hands, and another is enqueued before it is back."""
    installation.mail.hangs = True
    installation.command.done("users", "set-password", "jane", stdin=f"{NEW_PASSWORD}\n")
    with installation.serving() as process:
        assert installation.mail.called.wait(PATIENCE)
        first = running(process)
        os.kill(first, signal.SIGKILL)
        installation.request_mail()
        installation.mail.hangs = False
        assert "/recover/" in installation.mail.mails.get(timeout=PATIENCE).as_string()
        running(process, but=first)
        wait_until(lambda: installation.outbox() == {"security_notice": True})  # the claim of the killed one
        installation.let_claims_end()
        assert "/recover/" not in installation.mail.mails.get(timeout=PATIENCE).as_string()
        wait_until(lambda: installation.outbox() == {})
        assert installation.mail.taken() == []


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_delivery_in_progress_is_finished_before_it_stops(installation: Installation, sign: signal.Signals) -> None:
    """Every process gets the signal, as from a terminal or from a service manager."""
    installation.mail.takes = 3.0
    with installation.serving() as process:
        installation.request_mail()
        assert installation.mail.called.wait(PATIENCE)
        for _ in range(2):
            os.killpg(process.pid, sign)
        assert process.wait(PATIENCE) == 0
    assert len(installation.mail.taken()) == 1
    assert installation.outbox() == {}


def test_one_that_keeps_dying_is_seen_while_workers_serve(installation: Installation) -> None:
    with installation.serving() as process:
        victim = None
        seen: set[tuple[int, bool, int]] = set()
        for _ in range(3):
            victim = running(process, but=victim)
            os.kill(victim, signal.SIGKILL)
            wait_until(functools.partial(_note_background, installation, seen, False))
            assert fetch(installation.port, DISCOVERY)[0] == 200
        running(process, but=victim)
        wait_until(functools.partial(_note_background, installation, seen, True))
        assert seen == {(200, False, 0), (200, True, 1)}, "people can sign in, so the node stays in service"
        assert _metric(installation, "countersign_background_process_deaths_total") == 3
        assert _metric(installation, "countersign_background_processes_wanted") == 1
        installation.request_mail()
        assert installation.mail.mails.get(timeout=PATIENCE)
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert process.stdout is not None
        assert "background process was ended by SIGKILL" in process.stdout.read()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_parent_has_no_connection_when_a_process_starts(installation: Installation) -> None:
    """SQLite's locks are those of a process: its child would believe that it has them."""
    database = installation.command.environment["IDP_DATABASE_URL"].removeprefix("sqlite:///")
    with installation.serving() as process:
        running(process)
        assert fetch(installation.ops, "/readyz")[0] == 200
        opened = [str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").iterdir()]
        assert not [name for name in opened if name.startswith(database)]


def _note_background(installation: Installation, seen: set[tuple[int, bool, int]], wanted: bool) -> bool:
    status, body = fetch(installation.ops, "/readyz")
    runs = json.loads(body)["background"]
    metric = _metric(installation, "countersign_background_processes ")
    if runs is wanted and metric == wanted:
        seen.add((status, runs, metric))
        return True
    return False


def _metric(installation: Installation, name: str) -> int:
    return sum_of_metric(fetch(installation.ops, "/metrics")[1], name, "")


def test_what_it_delivers_is_counted(installation: Installation) -> None:
    with installation.serving() as process:
        running(process)
        installation.request_mail()
        installation.mail.mails.get(timeout=PATIENCE)
        name = 'countersign_messages_total{channel="email",delivery="delivered"}'
        wait_until(lambda: _metric(installation, name) == 1)
