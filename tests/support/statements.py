"""What requests cost the database."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from wsgiref.types import StartResponse, WSGIEnvironment

from sqlalchemy import event
from werkzeug.test import TestResponse

from tests.support.harness import Harness


class Meter:
    """Counts statements and commits, without the BEGIN of SQLite."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0


@contextmanager
def metered(harness: Harness) -> Iterator[Meter]:
    """Counts what happens inside."""
    engine, meter = harness.services.database.engine, Meter()

    def executed(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            meter.statements.append(statement)

    def committed(_connection: object) -> None:
        meter.commits += 1

    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    try:
        yield meter
    finally:
        event.remove(engine, "before_cursor_execute", executed)
        event.remove(engine, "commit", committed)


@contextmanager
def metered_requests(harness: Harness) -> Iterator[dict[str, int]]:
    """Counts the statements of each request, by its method and the last part of its path."""
    counts: dict[str, int] = {}
    serve = harness.app.wsgi_app

    def counting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with metered(harness) as meter:
            body = serve(environ, start_response)
        counts[f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'].rpartition('/')[2]}"] = len(meter.statements)
        return body

    harness.app.wsgi_app = counting  # type: ignore[method-assign]  # as Flask documents
    try:
        yield counts
    finally:
        harness.app.wsgi_app = serve  # type: ignore[method-assign]  # as above


def cost(harness: Harness, request: Callable[[], TestResponse]) -> tuple[int, int]:
    """Statements and commits of one successful request."""
    with metered(harness) as meter:
        assert request().status_code == 200
    return len(meter.statements), meter.commits


def parse_client(harness: Harness, client_id: str) -> None:
    """Let this process read the client once, as it does after each change of it."""
    with harness.services.database.read() as tx:
        tx.clients.by_id(client_id)
