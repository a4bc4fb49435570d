"""Hashes are computed by processes of their own: of lower priority, without our settings, replaced when they end."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from idp.factors import hash_processes
from idp.factors.hash_pool import HasherBusy
from idp.factors.hash_process import NICENESS
from idp.factors.hash_processes import HashProcesses
from tests.support.concurrency import rush, wait_until
from tests.support.processes import marked

MIB = 1024 * 1024
DIGEST = ("digest", "secret", "00" * 16, 1, 8 * MIB)
ALONE = """
    import os, signal
    from idp.factors.hash_processes import PROCESSES
    request = ("digest", "secret", "00" * 16, 1, 8 * 1024 * 1024)
    PROCESSES.compute(*request)
"""


@pytest.fixture
def processes() -> Iterator[HashProcesses]:
    found = HashProcesses()
    yield found
    found.end()


def digest(processes: HashProcesses, secret: str) -> str:
    return str(processes.compute(DIGEST[0], secret, *DIGEST[2:]))


def pids(processes: HashProcesses) -> list[int]:
    return [each._process.pid for each in processes._free]


def test_a_process_is_kept_and_used_again(processes: HashProcesses) -> None:
    answers = {processes.compute(*DIGEST)}
    kept = pids(processes)
    answers.add(processes.compute(*DIGEST))
    assert (len(answers), len(kept), pids(processes)) == (1, 1, kept)


def test_a_process_that_was_killed_is_replaced(processes: HashProcesses) -> None:
    answer, kept = processes.compute(*DIGEST), pids(processes)
    os.kill(kept[0], signal.SIGKILL)
    assert processes.compute(*DIGEST) == answer
    assert len(pids(processes)) == 1
    assert pids(processes) != kept


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ((sys.executable, "-c", ""), "has ended; is there enough memory?"),
        (("/no/such/program",), "cannot be started: No such file"),
    ],
    ids=["ends", "cannot start"],
)
def test_without_a_process_people_are_asked_to_come_back(
    processes: HashProcesses, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], reason: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(hash_processes, "COMMAND", command)
        with pytest.raises(HasherBusy, match=re.escape(reason)):
            processes.compute(*DIGEST)
    assert processes.compute(*DIGEST)


def test_a_process_that_does_not_answer_is_replaced(processes: HashProcesses, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, kept = processes.compute(*DIGEST), pids(processes)
    monkeypatch.setattr(hash_processes, "PATIENCE", 5)
    os.kill(kept[0], signal.SIGSTOP)
    assert processes.compute(*DIGEST) == answer
    assert pids(processes) != kept


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the limit of another process cannot be set")
def test_without_memory_a_right_password_is_not_called_wrong(processes: HashProcesses) -> None:
    """The process ends, and the next one answers: nobody is counted as guessing."""
    encoded, kept = processes.compute("hash", "secret", 1, 64 * MIB), pids(processes)
    resource.prlimit(kept[0], resource.RLIMIT_AS, (48 * MIB, 48 * MIB))
    assert processes.compute("verify", encoded, "secret") is True
    assert pids(processes) != kept


def test_an_answer_that_nobody_reads_is_no_error_in_the_log() -> None:
    program = subprocess.Popen(
        hash_processes.COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert program.stdout is not None
    program.stdout.close()
    program.stdout = None
    assert program.communicate(json.dumps(DIGEST).encode() + b"\n")[1] == b""


def test_each_thread_has_the_answer_to_its_own_request(processes: HashProcesses) -> None:
    secrets = [f"secret {number}" for number in range(8)]
    alone = [digest(processes, secret) for secret in secrets]
    assert rush([partial(digest, processes, secret) for secret in secrets]) == alone


def test_a_signal_to_the_whole_group_leaves_the_sign_in_in_progress_its_hash(processes: HashProcesses) -> None:
    answer, kept = processes.compute(*DIGEST), pids(processes)
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(kept[0], number)
    assert processes.compute(*DIGEST) == answer
    assert pids(processes) == kept


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_process_yields_the_processor_and_has_none_of_our_settings(
    processes: HashProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDP_DATABASE", "postgresql://idp:secret@db/idp")
    processes.compute(*DIGEST)
    (pid,) = pids(processes)
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(os.getpriority(os.PRIO_PROCESS, 0) + NICENESS, 19)
    assert b"IDP_" not in Path(f"/proc/{pid}/environ").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)", "pass"])
def test_a_process_ends_with_the_one_that_started_it(end: str) -> None:
    marker = f"HASH_TEST={os.getpid()} {end}"
    script = textwrap.dedent(ALONE) + end
    subprocess.run([sys.executable, "-c", script], env=os.environ | {"HASH_TEST": f"{os.getpid()} {end}"}, check=False)
    wait_until(lambda: not marked(marker))


def test_only_the_processes_that_hash_load_the_library() -> None:
    """It would be in the memory of every worker."""
    script = textwrap.dedent(ALONE) + "import sys\nassert 'nacl' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_fork_uses_none_of_its_parents_processes() -> None:
    script = textwrap.dedent(ALONE) + textwrap.dedent("""
        kept = PROCESSES._free[0]._process.pid
        if os.fork():
            os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
        PROCESSES.compute(*request)
        os._exit(kept == PROCESSES._free[0]._process.pid)
    """)
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_fork_keeps_no_process_of_its_parent_alive() -> None:
    """The pipe to it would stay open in the child."""
    script = textwrap.dedent(ALONE) + textwrap.dedent("""
        import time
        child = os.fork()
        if not child:
            time.sleep(60)
            os._exit(0)
        process = PROCESSES._free.pop()
        process.close()
        try:
            process._process.wait(10)
        finally:
            os.kill(child, signal.SIGKILL)
    """)
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
