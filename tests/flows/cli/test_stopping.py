"""Signals and deaths of processes: every one ends what belongs to it, and nothing else."""

import functools
import json
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from idp.server.supervision import restart_pause
from tests.bench import kills, stops
from tests.support.command import PATIENCE, Command, fetch, free_port
from tests.support.concurrency import wait_until
from tests.support.databases import Databases
from tests.support.harness import migrate
from tests.support.processes import children, marked, workers
from tests.support.servers import DISCOVERY, open_sign_in, read_first_line, read_until_demo_runs, sum_of_metric

SOON = 5.0
"""Seconds within which a stop has to be done, however busy the machine."""


@pytest.fixture
def command(tmp_path: Path) -> Command:
    command = Command.for_development(tmp_path)
    command.done("db", "upgrade")
    return command


def has_ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("after", [0.0, 0.1, 0.4])
def test_a_stop_while_workers_start_is_not_lost(command: Command, sign: signal.Signals, after: float) -> None:
    """A worker that was just forked had its parent's handler, which only told the parent's copy in it."""
    with command.running("serve", "--port", str(free_port()), "--workers", "2") as process:
        wait_until(lambda: children(process.pid))
        time.sleep(after)
        os.kill(process.pid, sign)
        assert process.wait(SOON) == 0
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)


def test_repeated_signals_to_every_process_do_not_hang_a_worker(command: Command) -> None:
    """Ctrl-C pressed three times reaches parent and workers; the request in progress is finished all the same."""
    port = free_port()
    slow = {"IDP_HASH_MEMORY_KIB": "131072", "IDP_HASH_TIME_COST": "20", "IDP_ISSUER": f"http://localhost:{port}"}
    command = Command(command.environment | slow)
    with command.running("serve", "--port", str(port), "--workers", "2") as process:
        read_first_line(process)
        browser, address, form = open_sign_in(port)
        with ThreadPoolExecutor() as beside:
            answer = beside.submit(browser.post, address, data=form, timeout=PATIENCE)
            time.sleep(0.3)
            assert not answer.done(), "the hash was to take longer than this"
            for _ in range(3):
                os.killpg(process.pid, signal.SIGINT)
                time.sleep(0.05)
            assert answer.result().status_code == 400
        assert process.wait(SOON) == 0


def test_every_process_ends_with_a_parent_that_is_killed(command: Command) -> None:
    port = free_port()
    with command.running("serve", "--port", str(port), "--workers", "2") as process:
        read_first_line(process)
        started = children(process.pid)
        assert len(started) == 3, "two workers, the background process"
        os.kill(process.pid, signal.SIGKILL)
        wait_until(lambda: all(map(has_ended, started)))
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))


def test_what_the_demonstration_started_ends_when_it_is_killed(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    mark = f"COUNTERSIGN_TEST={tmp_path}"
    arguments = (
        *("demo", "--port", str(ports[0]), "--app-port", str(ports[1])),
        *("--data-dir", str(tmp_path / "data"), "--keys-dir", str(tmp_path / "keys")),
    )
    with Command({"COUNTERSIGN_TEST": str(tmp_path)}).running(*arguments) as process:
        read_until_demo_runs(process)
        assert len(marked(mark)) == 6, "itself, its hashes, server, worker, background process, sample app"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_until(lambda: not marked(mark))


def test_a_worker_that_keeps_dying_comes_back_while_the_other_serves(command: Command) -> None:
    """Two deaths within seconds ended the whole server."""
    port, ops = free_port(), free_port()
    command = Command(command.environment | {"IDP_OPS_PORT": str(ops), "IDP_LOG_LEVEL": "ERROR"})
    with command.running("serve", "--port", str(port), "--workers", "2") as process:
        read_first_line(process)
        steady, *_ = workers(process.pid)
        for _ in range(3):
            wait_until(lambda: set(workers(process.pid)) - {steady})
            victim = (set(workers(process.pid)) - {steady}).pop()
            os.kill(victim, signal.SIGKILL)
            wait_until(functools.partial(has_ended, victim))
            assert fetch(port, DISCOVERY)[0] == 200
        wait_until(lambda: sum_of_metric(fetch(ops, "/metrics")[1], "countersign_worker_deaths_total", "") == 3)
        wait_until(lambda: json.loads(fetch(ops, "/readyz")[1])["workers_waiting"] == 0)
        assert steady in workers(process.pid)
        assert len(workers(process.pid)) == 2
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(SOON) == 0
        assert process.stdout is not None
        assert "was ended by SIGKILL" in process.stdout.read()


def test_readiness_and_metrics_tell_that_no_worker_runs(command: Command) -> None:
    port, ops = free_port(), free_port()
    command = Command(command.environment | {"IDP_OPS_PORT": str(ops)})
    with command.running("serve", "--port", str(port), "--workers", "1") as process:
        read_first_line(process)
        wait_until(lambda: fetch(ops, "/readyz")[0] == 200)
        seen = set()
        for _ in range(4):
            wait_until(lambda: workers(process.pid))
            os.kill(workers(process.pid)[0], signal.SIGKILL)
            end = time.monotonic() + 0.4
            while time.monotonic() < end:
                status, body = fetch(ops, "/readyz")
                running = sum_of_metric(fetch(ops, "/metrics")[1], "countersign_workers ", "")
                seen |= {(status, json.loads(body)["workers"], json.loads(body)["workers_waiting"]), running}
        assert {(503, False, 1), (200, True, 0), 0, 1} <= seen
        wait_until(lambda: workers(process.pid))
        assert fetch(port, DISCOVERY)[0] == 200


@pytest.mark.parametrize(("short_lives", "seconds"), [(0, 0), (1, 0.5), (2, 1), (3, 2), (6, 16), (7, 30), (10_000, 30)])
def test_pauses_of_a_worker_that_keeps_dying_grow_to_a_limit(short_lives: int, seconds: float) -> None:
    assert restart_pause(short_lives, alone=False) == seconds
    assert restart_pause(short_lives, alone=True) == min(seconds, 2), "somebody has to serve"


@pytest.mark.parametrize("kind", stops.KINDS)
def test_stops_under_load_are_done_in_time(kind: str, tmp_path: Path) -> None:
    """`./dev bench stops` does it 300 times."""
    assert [stop for stop in stops.measure(kind, tmp_path, 4) if stop.took > SOON] == []


def test_kills_under_load_harm_no_other_worker(databases: Databases, tmp_path: Path) -> None:
    """`./dev bench kills` does it 50 times."""
    with databases.fresh(migrate) as url:
        found = kills.measure(tmp_path, url, 5)
    assert found.passed, found
