"""The product as operators run it: processes of its own, settings in the environment, real time, real sockets.

with running(directory) as product:
    app = product.add_app("shop", redirect_uri="http://localhost:4711/cb")
    product.add_person("jane")
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from idp.server import local_ports
from tests.support.command import PROGRAM, Command, free_port
from tests.support.harness import PASSWORD

LOCALHOST = "127.0.0.1"
DISCOVERY = "/.well-known/openid-configuration"
SCOPES = ("openid", "profile", "email", "offline_access")
GRANTS = ("authorization_code", "refresh_token", "client_credentials")
SECRETIVE = ("client_credentials", "none")
"""An app without a secret cannot speak for itself."""
START_SECONDS = 120.0
STOP_SECONDS = 40.0


@dataclass(frozen=True)
class RegisteredApp:
    """A client as its developer knows it."""

    client_id: str
    secret: str


@dataclass
class Product:
    """One installation; `start` and `stop` its server as often as wanted."""

    directory: Path
    settings: dict[str, str] = field(default_factory=dict)
    workers: int = 1
    port: int = field(default_factory=free_port)
    program: str = str(PROGRAM)
    process: subprocess.Popen[bytes] | None = None

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def command(self) -> Command:
        """`idp`, as its operator types it."""
        return Command.for_development(self.directory, issuer=self.issuer, **self.settings)

    def add_person(self, username: str, *, required: bool = False) -> None:
        """Somebody with the usual password and no second step yet; `required` makes them set one up."""
        options = ["--email", f"{username}@example.test", "--name", username.title(), "--password-stdin"]
        self.command.done("users", "add", username, *options, *["--required"] * required, stdin=PASSWORD + "\n")

    def add_app(
        self,
        client_id: str,
        *,
        redirect_uri: str,
        signed_out_uri: str = "",
        auth_method: str = "client_secret_basic",
        jwks_file: Path | None = None,
    ) -> RegisteredApp:
        """An app that may ask for everything its way of authenticating allows; first-party unless it is public."""
        options = ["--name", client_id.title(), "--redirect-uri", redirect_uri, "--auth-method", auth_method]
        options += [word for scope in SCOPES for word in ("--scope", scope)]
        options += [word for grant in GRANTS if (grant, auth_method) != SECRETIVE for word in ("--grant", grant)]
        if jwks_file:
            options += ["--jwks-file", str(jwks_file)]
        if signed_out_uri:
            options += ["--post-logout-redirect-uri", signed_out_uri]
        options += ["--first-party"] * (auth_method != "none")
        told = self.command.read("clients", "add", client_id, *options)
        return RegisteredApp(client_id, told.get("client_secret", ""))

    def start(self) -> float:
        """Start serving; the seconds from starting the process to the first good answer."""
        log = (self.directory / "serve.log").open("ab")
        began = time.perf_counter()
        with log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--port", str(self.port), "--workers", str(self.workers)],
                env={"PATH": os.environ["PATH"], "NO_PROXY": "*"} | self.command.environment,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait_until_ready(began)
        except BaseException:  # nobody stops what has not started
            self.stop()
            raise
        return time.perf_counter() - began

    def _wait_until_ready(self, began: float) -> None:
        while local_ports.http_status(LOCALHOST, self.port, DISCOVERY, name="localhost") != 200:
            assert self.process, "it was started"
            assert self.process.poll() is None, (self.directory / "serve.log").read_text()
            assert time.perf_counter() - began < START_SECONDS, (self.directory / "serve.log").read_text()
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop serving, as a service manager would."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None


@contextlib.contextmanager
def installed(directory: Path, *, workers: int = 1, **settings: str) -> Iterator[Product]:
    """An installation with an up-to-date database; whatever was started is stopped at the end."""
    directory.mkdir(parents=True, exist_ok=True)
    product = Product(directory, settings, workers)
    product.command.done("db", "upgrade")
    try:
        yield product
    finally:
        product.stop()
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def running(directory: Path, **settings: str) -> Iterator[Product]:
    """The same, serving."""
    with installed(directory, workers=1, **settings) as product:
        product.start()
        yield product
