"""A Flask application that does nothing: what an answer costs before there is a product.

As a command it serves on a port, with the server and the numbers of workers and threads of `idp serve`.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator

from flask import Flask, Response, jsonify
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from idp.config import Settings
from idp.server import local_ports
from tests.bench.wire import Request
from tests.support.command import PATIENCE, free_port, kill_group

ASKED = Request("GET", "/", {"User-Agent": "Mozilla/5.0 Firefox/140.0"})
WORKERS = 2

app = Flask("bare")


@app.get("/")
def answer() -> Response:
    """Answer with as many bytes as a token response without an ID token."""
    return jsonify(access_token="x" * 600, token_type="Bearer", expires_in=300)


@contextlib.contextmanager
def served(workers: int = WORKERS) -> Iterator[tuple[str, int]]:
    """Serve it in processes of its own; its address, and the process of the server."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare", str(port), str(workers)]
    process = subprocess.Popen(command, start_new_session=True, text=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while local_ports.http_status("127.0.0.1", port, ASKED.path, name="localhost") != 200:
            assert process.poll() is None, "the bare application did not start"
            assert time.monotonic() < deadline, "the bare application does not answer"
            time.sleep(0.02)
        yield f"http://localhost:{port}", process.pid
    finally:
        kill_group(process)  # granian waits for ever when it is stopped while a worker still starts


def main() -> None:
    """Serve until the end of the process."""
    port, workers = (int(argument) for argument in sys.argv[1:])
    Server(
        "tests.bench.bare:app",
        interface=Interfaces.WSGI,
        address="127.0.0.1",
        port=port,
        workers=workers,
        blocking_threads=Settings.model_fields["worker_threads"].default,
        websockets=False,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    main()
