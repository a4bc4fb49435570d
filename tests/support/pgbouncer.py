"""Debian's PgBouncer in transaction mode, in front of the PostgreSQL of the tests."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import STOP_SECONDS, PostgresServer, unprivileged_account

PORT = 6432
"""Part of the socket's name; nothing listens on the network."""
START_SECONDS = 60
SERVER_CONNECTIONS = 4
"""Fewer than there are threads, so that each transaction of a thread is likely to be on another one."""
CONFIGURATION = """
[databases]
* = host={server}
[pgbouncer]
pool_mode = transaction
listen_port = {port}
unix_socket_dir = {home}
unix_socket_mode = 0777
auth_type = trust
auth_file = {home}/users
default_pool_size = {connections}
server_login_retry = 1
query_wait_timeout = 5
"""


@contextlib.contextmanager
def pooler(server: PostgresServer) -> Iterator[Path]:
    """Run PgBouncer; the directory of its socket. Skips the test where it is not installed."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("PgBouncer is not installed; on Debian or Ubuntu: apt-get install pgbouncer")
    with tempfile.TemporaryDirectory(prefix="idp-pgb-", dir="/tmp") as name:
        home = Path(name)
        account = unprivileged_account(home)
        filled = CONFIGURATION.format(
            server=server.socket_directory, port=PORT, home=home, connections=SERVER_CONNECTIONS
        )
        (home / "pgbouncer.ini").write_text(filled)
        (home / "users").write_text('"idp" ""\n')
        if account:
            os.chown(home, account["user"], account["group"])
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [program, home / "pgbouncer.ini"], cwd="/", stdout=log, stderr=log, start_new_session=True, **account
            )
        try:
            _wait_until_ready(process, home)
            yield home
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(STOP_SECONDS)


def pooled_url(directory: Path, database: str) -> str:
    """The SQLAlchemy URL of a database behind the pooler."""
    return f"postgresql+psycopg://idp@/{database}?host={directory}&port={PORT}"


def _wait_until_ready(process: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with socket.socket(socket.AF_UNIX) as trial, contextlib.suppress(OSError):
            trial.connect(str(home / f".s.PGSQL.{PORT}"))
            return
        log = (home / "log").read_text(errors="replace")
        assert process.poll() is None, log
        assert time.monotonic() < deadline, log
        time.sleep(0.02)
