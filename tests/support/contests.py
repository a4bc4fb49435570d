"""Single-use things at a served instance: four workers, real sockets, 32 browsers at the same moment.

    with served_instance(databases, directory) as instance:
        race(CONTESTS["a recovery code"](instance))

The things themselves are in `people_contests`, `app_contests` and `device_contests`.
"""

import contextlib
import functools
import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import requests

from idp.kernel.clock import DAY, HOUR
from tests.support.account import SECURITY
from tests.support.concurrency import CROWD, rush
from tests.support.databases import Databases
from tests.support.harness import Harness, Someone, migrate
from tests.support.http_person import HttpPerson
from tests.support.product import Product
from tests.support.tables import let_pass

WORKERS = 4
NOBODY_THERE = {
    "smtp_url": "smtp://127.0.0.1:1",
    "sms_provider": "webhook",
    "message_webhook_url": "https://127.0.0.1:1/",
    "message_webhook_secret": "k" * 32,
}
"""Messages stay in the outbox, where a test reads them: the mailbox of development would take texts at once."""


class Visitor(Protocol):
    """Whoever can send a form."""

    page: requests.Response

    def submit(self, **form: str) -> requests.Response:
        """Send it; `page` is the answer."""


V = TypeVar("V", bound=Visitor)
T = TypeVar("T")


@dataclass(frozen=True)
class Contest(Generic[V]):
    """Visitors who are about to send the same form, and what each of them got by it; empty: nothing."""

    people: list[V]
    won: Callable[[V], str]
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ServedInstance:
    """The running product; `harness` sees the same database and makes the people."""

    product: Product
    harness: Harness
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def newcomer(self, name: str, **traits: Any) -> Someone:
        """Somebody whose name nobody had in a race before."""
        return self.harness.person(f"{name}{next(self.numbers)}", **traits)

    def application(self) -> Harness:
        """The same database and keys in an application of this process, at the usual issuer, an hour ago."""
        other = Harness(self.harness.settings.database_url, self.product.directory)
        other.clock.advance(int(time.time()) - HOUR - other.clock.now())
        return other

    def begin_race(self) -> None:
        """A day passes for every limit, which so many races would use up; what is made now is not old already."""
        self.harness.clock.advance(int(time.time()) - self.harness.clock.now())
        let_pass(self.harness.services.database, DAY, "throttles", "short_started_at", "long_started_at")

    def person(self, someone: Someone, path: str = SECURITY) -> HttpPerson:
        """A browser never seen before, sent to the sign-in by a page of the account."""
        person = HttpPerson(someone.username)
        person.seed = someone.seed or ""
        person.get(self.product.issuer + path)
        assert person.at.endswith("/identify"), person.at
        return person

    def with_password(self, someone: Someone, path: str = SECURITY) -> HttpPerson:
        """The same, with the password given: at the second step if there is one, else at the page."""
        person = self.person(someone, path)
        person.submit(username=someone.username, password=someone.password)
        return person

    def crowd_at(self, link: str) -> list[HttpPerson]:
        """Strangers who all open a mailed link."""
        crowd = [HttpPerson("") for _ in range(CROWD)]
        for person in crowd:
            assert person.get(link).status_code == 200
        return crowd


def race(contest: Contest[V]) -> tuple[int, set[int]]:
    """How many different things they got, and every status that was answered.

    Copies of one browser that send one form all get the one answer to it.
    """
    answers = rush([functools.partial(person.submit, **contest.form) for person in contest.people])
    return len(set(map(contest.won, contest.people)) - {""}), {answer.status_code for answer in answers}


def half_of_contests(instance: ServedInstance, things: Mapping[str, T]) -> dict[str, T]:
    """Every second of these things; the other half is for the other kind of database.

    `./dev bench hostile` races for all over both; each has a race of its own in one process, over both, too.
    """
    begin = instance.harness.settings.database_url.startswith("sqlite")
    return dict(list(things.items())[begin::2])


@contextlib.contextmanager
def served_instance(databases: Databases, directory: Path) -> Iterator[ServedInstance]:
    """Four workers over a fresh database, until the block ends."""
    with databases.fresh(migrate) as url:
        crowd = {"worker_threads": "64", "hash_queue": "60", "client_registration": "token"}
        settings = {"database_url": url} | NOBODY_THERE | crowd
        product = Product(directory, settings, WORKERS)
        product.start()  # before the harness, so that the keys are the product's own, made today
        harness = Harness(url, directory, issuer=product.issuer, mode="development", **NOBODY_THERE)
        harness.clock.advance(int(time.time()) - harness.clock.now())
        try:
            yield ServedInstance(product, harness)
        finally:
            product.stop()
            harness.close()
