"""Single-use things at a served instance: four workers, real sockets, 32 browsers at the same moment.

    with served_instance(databases, directory) as instance:
        race(CONTESTS["a recovery code"](instance))

Another thing that works once is another function that prepares 32 people, and another line in `CONTESTS`.
"""

import contextlib
import functools
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

from tests.support.account import CODES, EMAIL, SECURITY
from tests.support.authenticator import Authenticator
from tests.support.concurrency import CROWD, rush
from tests.support.databases import Databases
from tests.support.harness import Harness, Someone, migrate
from tests.support.http_person import HttpPerson
from tests.support.mailed import codes, email_links, reset_links, undo_links
from tests.support.passkeys import ADD
from tests.support.product import Product

WORKERS = 4
NEW = "violet tram sleeps under nine bridges"
NOBODY_THERE = "smtp://127.0.0.1:1"
"""Messages stay in the outbox, where a test reads them."""


@dataclass(frozen=True)
class Contest:
    """Visitors who are about to send the same form, and what each of them got by it; empty: nothing."""

    people: list[HttpPerson]
    won: Callable[[HttpPerson], str]
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ServedInstance:
    """The running product; `harness` sees the same database and makes the people."""

    product: Product
    harness: Harness

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


def race(contest: Contest) -> tuple[int, set[int]]:
    """How many different things they got, and every status that was answered.

    Copies of one browser that send one form all get the one answer to it.
    """
    answers = rush([functools.partial(person.submit, **contest.form) for person in contest.people])
    return len(set(map(contest.won, contest.people)) - {""}), {answer.status_code for answer in answers}


@contextlib.contextmanager
def served_instance(databases: Databases, directory: Path) -> Iterator[ServedInstance]:
    """Four workers over a fresh database, until the block ends."""
    with databases.fresh(migrate) as url:
        crowd = {"worker_threads": "64", "hash_queue": "60"}
        settings = {"database_url": url, "smtp_url": NOBODY_THERE} | crowd
        product = Product(directory, settings, WORKERS)
        product.start()  # before the harness, so that the keys are the product's own, made today
        harness = Harness(url, directory, issuer=product.issuer, mode="development", smtp_url=NOBODY_THERE)
        harness.clock.advance(int(time.time()) - harness.clock.now())
        try:
            yield ServedInstance(product, harness)
        finally:
            product.stop()
            harness.close()


def _inside(person: HttpPerson) -> str:
    return person.cookie("session") if person.inside else ""


def _accepted(person: HttpPerson) -> str:
    return str(id(person)) if person.page.status_code == 200 else ""


def recovery_code(instance: ServedInstance) -> Contest:
    """One code, in 32 sign-ins of the same person."""
    jane = instance.harness.person("recovery", totp=True)
    people = [instance.with_password(jane) for _ in range(CROWD)]
    for person in people:
        person.get(person.at.replace("/code", "/recovery"))
    return Contest(people, _inside, {"code": jane.codes[0]})


def sent_code(instance: ServedInstance) -> Contest:
    """One code, mailed for one sign-in, sent from 32 copies of its browser."""
    jane = instance.harness.person("mailed")
    owner = instance.with_password(jane, f"{SECURITY}/codes/email")
    owner.submit(action="/send")
    owner.submit(action="/codes/email", code=codes(instance.harness, "email")[-1][1])
    owner.submit(action=CODES, saved="1")
    person = instance.with_password(jane)
    code = codes(instance.harness, "email")[-1][1]
    return Contest([person.twin() for _ in range(CROWD)], _inside, {"action": "/code/email", "code": code})


def passkey_challenge(instance: ServedInstance) -> Contest:
    """One challenge, answered once, and the answer sent from 32 copies of the browser it was given to."""
    jane, key = instance.harness.person("passkey"), Authenticator(instance.product.issuer)
    owner = instance.with_password(jane, ADD)
    owner.submit(action=ADD, credential=key.create(_options(owner)), name="My phone")
    owner.submit(action=CODES, saved="1")
    person = instance.person(jane)
    answer = key.get(_options(person))
    return Contest([person.twin() for _ in range(CROWD)], _inside, {"action": "/passkey", "credential": answer})


def reset_link(instance: ServedInstance) -> Contest:
    """One mailed link, opened in 32 browsers."""
    instance.harness.person("forgetful")
    asking = HttpPerson("forgetful")
    asking.get(f"{instance.product.issuer}/recover")
    asking.submit(username="forgetful")
    return Contest(instance.crowd_at(reset_links(instance.harness)[-1]), _accepted, {"password": NEW})


def email_change_link(instance: ServedInstance) -> Contest:
    """The same, to confirm a new address."""
    owner = instance.with_password(instance.harness.person("moving", email_verified=True), EMAIL)
    owner.submit(action=EMAIL, email="moving@new.example.test")
    return Contest(instance.crowd_at(email_links(instance.harness)[-1]), _accepted)


def undo_link(instance: ServedInstance) -> Contest:
    """The same, to take such a change back."""
    owner = instance.with_password(instance.harness.person("moved", email_verified=True), EMAIL)
    owner.submit(action=EMAIL, email="moved@new.example.test")
    mailbox = HttpPerson("")
    mailbox.get(email_links(instance.harness)[-1])
    mailbox.submit()
    return Contest(instance.crowd_at(undo_links(instance.harness)[-1]), _accepted)


CONTESTS: dict[str, Callable[[ServedInstance], Contest]] = {
    "a recovery code": recovery_code,
    "a sent code": sent_code,
    "a passkey's challenge": passkey_challenge,
    "a reset link": reset_link,
    "an email-change link": email_change_link,
    "a link that undoes it": undo_link,
}


def _options(person: HttpPerson) -> dict[str, object]:
    """What the page's script is told."""
    found = re.search(r'data-options="([^"]+)"', person.page.text)
    token = re.search(r'name="csrf" value="([^"]+)"', person.page.text)
    assert found, person.at
    assert token, person.at
    told: dict[str, object] = json.loads(person.ask(urljoin(person.at, unescape(found[1])), csrf=token[1]))
    return told
