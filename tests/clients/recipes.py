"""What `idp clients add --for` registers and prints, and a relying party that runs with it."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from idp.server import local_ports
from tests.support.command import free_port
from tests.support.http_person import HttpPerson
from tests.support.product import LOCALHOST, Product

START_SECONDS = 60.0


def paste(product: Product, kind: str, client_id: str, base: str) -> str:
    """Register an app as its administrator would, third-party; the settings that are printed."""
    options = ["--name", kind, "--for", kind, "--url", base]
    printed: str = product.command.read("clients", "add", client_id, *options)["settings"]
    return printed


@contextlib.contextmanager
def running(command: Sequence[str | Path], port: int, log: Path, **environment: str) -> Iterator[None]:
    """A server that answers on `port` until the block ends."""
    with log.open("wb") as output:
        env = {"PATH": os.environ["PATH"], "NO_PROXY": "*"} | environment
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + START_SECONDS
            while local_ports.http_status(LOCALHOST, port, "/") is None:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(20)


def new_person(product: Product, name: str) -> HttpPerson:
    """Somebody with an address that counts, as most apps want it, who must set up a second step."""
    product.add_person(name, required=True)
    product.command.done("users", "set", name, "--email-verified")
    return HttpPerson(name)


def new_base() -> tuple[int, str]:
    """A free port and the address of an app there."""
    port = free_port()
    return port, f"http://localhost:{port}"
