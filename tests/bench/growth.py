"""What requests of strangers add to the database: its bytes on the disk, the rows, and what a purge leaves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select, text

from idp.admin.purging import purge
from idp.kernel.clock import DAY, HOUR
from idp.kernel.entropy import SystemEntropy
from idp.persistence.engine import BEGINS_LATE
from idp.persistence.schema import METADATA
from tests.support.back_channel import BackChannelClient, basic
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import Harness, migrate
from tests.support.relying_party import RelyingParty

TABLES = [name for name in METADATA.tables if name not in {"clients", "jobs"}]
NETWORK = "203.0.113.7"
RANDOM = SystemEntropy().token(3072)
"""4096 characters that no database compresses."""

Send = Callable[[int], object]
"""Sends the request with this number."""


@dataclass(frozen=True)
class Growth:
    """Bytes and rows of one request, at first and later; rows and bytes of all when the purge has run."""

    kind: str
    first: float
    later: float
    rows: int
    left: int
    left_bytes: int


def measure(databases: Databases, folder: Path, requests: int) -> Iterator[Growth]:
    """Send each kind of request `requests` times from one network within a moment, then as many again.

    The limit of login flows is set to the first half, so that the second shows what is left of growth.
    """
    for kind in KINDS:
        with databases.fresh(migrate) as url:
            harness = Harness(
                url,
                folder / kind.replace(" ", "-").replace("/", ""),
                trusted_proxies=1,
                login_flows_per_network=requests,
            )
            try:
                yield _measure(harness, kind, requests)
            finally:
                harness.close()


def _measure(harness: Harness, kind: str, requests: int) -> Growth:
    send = KINDS[kind](harness)
    start = _size(harness)
    for number in range(requests):
        send(number)
    first = _size(harness)
    for number in range(requests, 2 * requests):
        send(number)
    later, rows = _size(harness), _rows(harness)
    harness.clock.advance(DAY + 2 * HOUR)
    purge(harness.services.database, harness.settings)
    return Growth(
        kind, (first - start) / requests, (later - first) / requests, rows, _rows(harness), _size(harness) - start
    )


def _size(harness: Harness) -> int:
    return used_bytes(harness.services.database.engine)


def used_bytes(engine: Engine) -> int:
    """Return the bytes of the pages in use: free ones are written again before the file grows."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            used = connection.scalar(
                text("SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count")
            )
            return int(used or 0) * int(connection.scalar(text("SELECT page_size FROM pragma_page_size")) or 0)
    with engine.connect().execution_options(**{BEGINS_LATE: True}) as connection:  # VACUUM wants no transaction
        connection.execute(text("VACUUM"))
        return sum(int(connection.scalar(select(func.pg_total_relation_size(name))) or 0) for name in TABLES)


def _rows(harness: Harness) -> int:
    with harness.services.database.engine.connect() as connection:
        return sum(connection.scalar(select(func.count()).select_from(METADATA.tables[name])) or 0 for name in TABLES)


def _browser(harness: Harness) -> Browser:
    browser = Browser(harness)
    browser.headers |= {"X-Forwarded-For": NETWORK}
    return browser


def _authorize(**asked: str) -> Callable[[Harness], Send]:
    """Requests at /authorize, each from a new browser, whose page is not fetched."""

    def prepare(harness: Harness) -> Send:
        app, headers = RelyingParty(harness), {"X-Forwarded-For": NETWORK}
        return lambda _: harness.app.test_client().get(
            app.address(**asked), base_url=harness.settings.issuer, headers=headers
        )

    return prepare


def _authorize_again(harness: Harness) -> Send:
    app, browser = RelyingParty(harness), _browser(harness)
    return lambda _: app.send(browser, state=RANDOM)


def _client(path: str, name: str) -> Callable[[Harness], Send]:
    """Posts of a client with a wrong secret; {number} in its name is replaced."""

    def prepare(harness: Harness) -> Send:
        client = BackChannelClient(harness, "web")
        form = {"grant_type": "client_credentials", "token": "x"}

        def send(number: int) -> object:
            named = basic(name.format(number=number), "wrong")
            return client.post(path, form, headers={"Authorization": named, "X-Forwarded-For": NETWORK}, anonymous=True)

        return send

    return prepare


def _form(page: str, **fields: str) -> Callable[[Harness], Send]:
    """Posts of a form of the sign-in pages; {number} in a field is replaced."""

    def prepare(harness: Harness) -> Send:
        browser = _browser(harness)
        RelyingParty(harness).send(browser)
        harness.person("jane")
        place = browser.at.replace("identify", page)

        def send(number: int) -> object:
            browser.get(place)
            filled: dict[str, Any] = {name: value.format(number=number) for name, value in fields.items()}
            return browser.submit(**filled)

        return send

    return prepare


def _cancel(harness: Harness) -> Send:
    app = RelyingParty(harness)

    def send(_: int) -> object:
        browser = _browser(harness)
        if app.send(browser).status_code == 200:
            browser.submit(choice="cancel")
        return None

    return send


KINDS: dict[str, Callable[[Harness], Send]] = {
    "/authorize, usual": _authorize(),
    "/authorize, largest": _authorize(state=RANDOM, login_hint="x" * 256),
    "/authorize, too large": _authorize(state=RANDOM, claims="{}".ljust(3000)),
    "/authorize, one browser": _authorize_again,
    "/authorize, prompt=none": _authorize(prompt="none"),
    "/authorize, unknown client": _authorize(client_id="made-up"),
    "/authorize, unknown URI": _authorize(redirect_uri="https://x.example.test/" + "x" * 2000),
    "cancelled sign-in": _cancel,
    "/token, unknown client": _client("/token", "made-up-{number}"),
    "/token, wrong secret": _client("/token", "web"),
    "/introspect, unknown client": _client("/introspect", "made-up-{number}"),
    "/revoke, unknown client": _client("/revoke", "made-up-{number}"),
    "password, made-up names": _form("identify", username="made-up-{number}", password="wrong"),
    "password, one person": _form("identify", username="jane", password="wrong"),
    "reset link, made-up names": _form("forgot", username="made-up-{number}"),
}
