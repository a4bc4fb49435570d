"""The product and its sample app on real ports of this machine, sharing the test's clock."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from werkzeug.serving import make_server

from clients.web_app.app import create_app as create_sample
from tests.support.harness import Harness

ANY_PORT = 0


@dataclass(frozen=True)
class Live:
    """`issuer` and `app` are the addresses people open; `harness` is the product behind the first."""

    harness: Harness
    issuer: str
    app: str


@contextlib.contextmanager
def serving(database_url: str, directory: Path, **settings: object) -> Iterator[Live]:
    """Serves both until the block ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # No server may get another request once the database is closed: it would open a connection that nobody closes.
    with contextlib.ExitStack() as last, contextlib.ExitStack() as stack:
        # The port must be known before the application, which is told its own address.
        provider = stack.enter_context(_listening())
        sample = stack.enter_context(_listening())
        issuer, base = f"http://localhost:{provider.port}", f"http://localhost:{sample.port}"
        harness = Harness(database_url, directory, issuer=issuer, mode="development", **settings)
        last.callback(harness.close)
        app = harness.client(
            "sample",
            client_name="Sample app",
            redirect_uris=[f"{base}/callback"],
            post_logout_redirect_uris=[f"{base}/signed-out"],
            backchannel_logout_uri=f"{base}/backchannel-logout",
        )
        provider.start(harness.app)
        sample.start(
            create_sample(
                issuer=issuer,
                client_id=app.client_id,
                client_secret=app.secret,
                base_url=base,
                clock=harness.clock.now,
            )
        )
        yield Live(harness, issuer, base)


class _Listener:
    """A threaded server whose application is set once it is known."""

    def __init__(self) -> None:
        self._server = make_server("localhost", ANY_PORT, _not_ready, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        return self._server.port

    def start(self, app: object) -> None:
        self._server.app = app  # type: ignore[assignment]  # any WSGI application
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


@contextlib.contextmanager
def _listening() -> Iterator[_Listener]:
    listener = _Listener()
    try:
        yield listener
    finally:
        listener.stop()


def _not_ready(_environ: object, _start_response: object) -> list[bytes]:
    message = "no application yet"
    raise RuntimeError(message)
