"""The keys directory: who may read it, and what many processes and crashes do to it."""

import json
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from idp.signing.algorithms import OWN
from idp.signing.keyring import Keyring
from idp.signing.private_files import BrokenKeyFile, KeyDirectory, UnsafeKeyFile
from idp.signing.rotation import KeyState
from tests.support.clock import FrozenClock
from tests.support.jws import CLAIMS, NOW

NOBODY = 65534
ROOT = Path(__file__).parents[3]

FIRST_START = """
import json, sys
from pathlib import Path
from idp.kernel.entropy import SystemEntropy
from idp.signing.keyring import Keyring
from idp.signing.sealing import Sealer
from tests.support.clock import FrozenClock
from tests.support.jws import NOW
sys.stdin.readline()
keyring = Keyring.open(Path(sys.argv[1]), clock=FrozenClock(NOW))
sealer = Sealer.open(Path(sys.argv[1]), SystemEntropy(), now=0)
print(json.dumps([sorted(key["kid"] for key in keyring.jwks()["keys"]), sealer.pepper("x").hex()]))
"""

ROTATING_FOR_EVER = """
import sys
from pathlib import Path
from idp.signing.keyring import Keyring
from tests.support.clock import FrozenClock
from tests.support.jws import NOW
keyring = Keyring.open(Path(sys.argv[1]), clock=FrozenClock(NOW))
print("started", flush=True)
while True:
    keyring.rotate(at_once=True, algs=["ES256", "EdDSA"])
"""


def start(program: str, keys: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, str(keys)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        directory = KeyDirectory(tmp_path / "deep" / "keys")
        with directory.lock():
            directory.write("a.json", {"a": 1})
    finally:
        os.umask(before)
    assert mode(directory.path) == 0o700
    assert {path.name: mode(path) for path in directory.path.iterdir()} == {"a.json": 0o600, ".lock": 0o600}
    assert directory.read("a.json") == {"a": 1}


@pytest.mark.parametrize("shared", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666])
def test_a_file_others_can_read_or_change_is_refused_with_the_remedy(tmp_path: Path, shared: int) -> None:
    directory = KeyDirectory(tmp_path / "keys")
    directory.write("a.json", {})
    (directory.path / "a.json").chmod(shared)
    with pytest.raises(UnsafeKeyFile, match=r"chmod 600 .*/keys/a\.json"):
        directory.read("a.json")


@pytest.mark.parametrize("shared", [0o770, 0o707, 0o777, 0o1777])
def test_a_directory_others_can_write_to_is_refused_with_the_remedy(tmp_path: Path, shared: int) -> None:
    path = tmp_path / "keys"
    path.mkdir()
    path.chmod(shared)
    with pytest.raises(UnsafeKeyFile, match="chmod 700"):
        KeyDirectory(path)


def test_a_listing_alone_gives_nothing_away(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o755)
    KeyDirectory(tmp_path / "keys").write("a.json", {})


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\x00"])
def test_a_file_that_is_no_json_object_is_refused(tmp_path: Path, content: str) -> None:
    directory = KeyDirectory(tmp_path / "keys")
    directory.write("a.json", {})
    (directory.path / "a.json").write_text(content)
    with pytest.raises(BrokenKeyFile, match=r"a\.json is not"):
        directory.read("a.json")


def test_what_root_makes_belongs_to_the_service(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        assert KeyDirectory(tmp_path / "keys").path.stat().st_uid == os.geteuid()
        return
    (tmp_path / "keys").mkdir(mode=0o700)
    os.chown(tmp_path / "keys", NOBODY, NOBODY)
    directory = KeyDirectory(tmp_path / "keys")
    with directory.lock():
        directory.write("a.json", {})
    assert {path.stat().st_uid for path in directory.path.iterdir()} == {NOBODY}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory to somebody else")
def test_a_directory_of_another_user_is_refused_with_the_remedy() -> None:
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        keys = Path(parent) / "keys"
        keys.mkdir(mode=0o755)
        os.chown(keys, NOBODY - 1, NOBODY)
        os.seteuid(NOBODY)
        try:
            with pytest.raises(UnsafeKeyFile, match=f"chown {NOBODY} .*keys"):
                KeyDirectory(keys)
        finally:
            os.seteuid(0)


def test_what_a_crash_left_half_written_is_swept_away(tmp_path: Path) -> None:
    directory = KeyDirectory(tmp_path / "keys")
    (directory.path / ".new-abc").touch(0o600)
    with directory.lock():
        directory.write("a.json", {})
    assert {path.name for path in directory.path.iterdir()} == {"a.json", ".lock"}


def test_one_thread_at_a_time_holds_the_lock(tmp_path: Path) -> None:
    directory = KeyDirectory(tmp_path / "keys")
    directory.write("count.json", {"n": 0})

    def count() -> None:
        for _ in range(5):
            with directory.lock():
                directory.write("count.json", {"n": directory.read("count.json")["n"] + 1})

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert directory.read("count.json") == {"n": 40}


def test_eight_processes_starting_at_once_agree_on_one_set_of_keys(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    processes = [start(FIRST_START, keys) for _ in range(8)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = {process.communicate(timeout=60)[0] for process in processes}
    assert [process.returncode for process in processes] == [0] * 8
    (answer,) = answers
    assert len(json.loads(answer)[0]) == len(list(keys.glob("signing-*.json"))) == len(OWN)


def test_many_threads_ordering_a_rotation_at_once_get_one(keys_path: Path, clock: FrozenClock) -> None:
    keyrings = [Keyring.open(keys_path, clock=clock) for _ in range(8)]
    together = threading.Barrier(8)

    def rotate(keyring: Keyring) -> None:
        together.wait()
        keyring.rotate(force=True, algs=["ES256"])

    threads = [threading.Thread(target=rotate, args=(keyring,)) for keyring in keyrings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(keys_path.glob("signing-*.json"))) == len(OWN) + 1


def test_a_process_killed_in_the_middle_of_rotation_leaves_one_signer(keys_path: Path, clock: FrozenClock) -> None:
    before = Keyring.open(keys_path, clock=clock).sign(CLAIMS, alg="ES256", typ="JWT")
    for pause in (0.0, 0.003, 0.007, 0.02):
        process = start(ROTATING_FOR_EVER, keys_path)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
        keyring = Keyring.open(keys_path, clock=clock)
        active = [status.key.alg for status in keyring.survey() if status.state is KeyState.ACTIVE]
        assert active == sorted(OWN)
        assert keyring.verify(before, typ="JWT", now=NOW) == CLAIMS
        keyring.rotate(at_once=True, algs=["ES256"])  # nobody holds the lock any more
        assert not list(keys_path.glob(".new-*"))


def test_a_full_disk_names_the_file_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    directory = KeyDirectory(tmp_path / "keys")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))  # as a full disk: not one more byte
    try:
        with directory.lock(), pytest.raises(OSError, match=r"key\.json"):
            directory.write("key.json", {"a": 1})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert {path.name for path in directory.path.iterdir()} == {".lock"}
