"""Web applications on free ports of this machine, in threads of the test's own process."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from werkzeug.serving import make_server

ANY_PORT = 0


class LocalServer:
    """A server whose address is known before its application."""

    def __init__(self, host: str = "localhost") -> None:
        self._server = make_server(host, ANY_PORT, _not_ready, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.base = f"http://{host}:{self._server.port}"

    def start(self, app: Any) -> None:  # noqa: ANN401 - any WSGI application
        """Serve this application."""
        self._server.app = _buffer_response(app)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


@contextlib.contextmanager
def local_server(host: str = "localhost") -> Iterator[LocalServer]:
    """Open a server on a free port; stop it at the end of the block."""
    made = LocalServer(host)
    try:
        yield made
    finally:
        made.stop()


def _buffer_response(app: Any) -> Callable[..., Iterable[bytes]]:  # noqa: ANN401 - as above
    """Return the application with its response read before it is sent.

    Werkzeug's server leaves a file open when the browser goes away.
    """

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        response = app(environ, start_response)
        try:
            return [b"".join(response)]
        finally:
            if hasattr(response, "close"):
                response.close()

    return serve


def _not_ready(_environ: object, _start_response: object) -> list[bytes]:
    message = "no application yet"
    raise RuntimeError(message)
