"""The `idp` command as an operator types it: in this process for what it says, as a real process for how it lives."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from idp.cli import main
from idp.config import PREFIX, Settings, variable
from tests.support.harness import CHEAP_HASH

PROGRAM = Path(sys.executable).with_name("idp")
PATIENCE = 20.0
"""Seconds; a busy machine needs some."""


@dataclass(frozen=True)
class Command:
    """`idp` with the settings of one installation."""

    environment: dict[str, str]

    @classmethod
    def of(cls, settings: Settings) -> "Command":
        """For an installation that a test already has."""
        given = settings.model_dump(include=settings.model_fields_set)
        return cls({variable(name): str(value) for name, value in given.items()})

    @classmethod
    def for_development(cls, directory: Path, **settings: object) -> "Command":
        """For a new installation in a directory."""
        values = {
            "mode": "development",
            "issuer": "http://localhost:8000",
            "data_dir": directory / "data",
            "keys_dir": directory / "keys",
            **CHEAP_HASH,
            **settings,
        }
        return cls({variable(name): str(value) for name, value in values.items()})

    def run(self, *arguments: str, stdin: str = "") -> Result:
        """Runs it in this process."""
        inherited = {name: None for name in os.environ if name.startswith(PREFIX)}
        return CliRunner(env={**inherited, **self.environment}).invoke(main, list(arguments), input=stdin)

    def done(self, *arguments: str, stdin: str = "") -> str:
        """What it prints; it must succeed."""
        result = self.run(*arguments, stdin=stdin)
        assert result.exit_code == 0, (result.stdout, result.stderr, result.exception)
        return result.stdout

    def read(self, *arguments: str) -> Any:  # noqa: ANN401 - whatever JSON can hold
        """What it prints as JSON."""
        return json.loads(self.done(*arguments, "--json"))

    def refused(self, *arguments: str, stdin: str = "", code: int = 1) -> str:
        """What it says on standard error; it must fail with this exit code, and not by crashing."""
        result = self.run(*arguments, stdin=stdin)
        assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr, result.exception)
        assert isinstance(result.exception, SystemExit), result.exception
        return result.stderr

    @contextlib.contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A real process in a group of its own; whatever is left of it at the end is killed."""
        process = subprocess.Popen(
            [PROGRAM, *arguments],
            env={name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            kill_group(process)
            assert process.stdout is not None
            process.stdout.close()


def kill_group(process: subprocess.Popen[str]) -> None:
    """Ends a process and its children without any chance to tidy up."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def fetch(port: int, path: str) -> tuple[int, str]:
    """Status and body of a GET on this machine; waits until somebody answers."""
    end = time.monotonic() + PATIENCE
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            assert time.monotonic() < end, f"nobody answers on port {port}"
            time.sleep(0.05)
        finally:
            connection.close()
