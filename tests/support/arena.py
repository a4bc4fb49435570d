"""What works once, before the product as operators run it: four workers, real sockets, 32 browsers at the same moment.

    with arena(databases, directory) as place:
        place.race(CONTESTS["a recovery code"](place))

Another thing that works once is another function that brings 32 visitors before it, and another line in `CONTESTS`.
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
from tests.support.crowd import CROWD, rush
from tests.support.databases import Databases
from tests.support.harness import Harness, Someone, migrate
from tests.support.mailed import codes, email_links, reset_links, undo_links
from tests.support.passkeys import ADD
from tests.support.product import Product
from tests.support.visitor import Visitor

WORKERS = 4
NEW = "violet tram sleeps under nine bridges"
NOBODY_THERE = "smtp://127.0.0.1:1"
"""Messages stay in the outbox, where a test reads them."""


@dataclass(frozen=True)
class Contest:
    """Visitors who are about to send the same form, and how to tell that one of them came through."""

    visitors: list[Visitor]
    won: Callable[[Visitor], bool]
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Arena:
    """The running product; `harness` sees the same database and makes the people."""

    product: Product
    harness: Harness

    def visitor(self, someone: Someone, path: str = SECURITY) -> Visitor:
        """A browser never seen before, sent to the sign-in by a page of the account."""
        visitor = Visitor(someone.username)
        visitor.seed = someone.seed or ""
        visitor.get(self.product.issuer + path)
        assert visitor.at.endswith("/identify"), visitor.at
        return visitor

    def with_password(self, someone: Someone, path: str = SECURITY) -> Visitor:
        """The same, with the password given: at the second step if there is one, else at the page."""
        visitor = self.visitor(someone, path)
        visitor.submit(username=someone.username, password=someone.password)
        return visitor

    def crowd_at(self, link: str) -> list[Visitor]:
        """Strangers who all open a mailed link."""
        crowd = [Visitor("") for _ in range(CROWD)]
        for visitor in crowd:
            assert visitor.get(link).status_code == 200
        return crowd


def race(contest: Contest) -> tuple[int, set[int]]:
    """How many came through, and every status that was answered."""
    answers = rush([functools.partial(visitor.submit, **contest.form) for visitor in contest.visitors])
    return sum(map(contest.won, contest.visitors)), {answer.status_code for answer in answers}


@contextlib.contextmanager
def arena(databases: Databases, directory: Path) -> Iterator[Arena]:
    """Four workers over a fresh database, until the block ends."""
    with databases.fresh(migrate) as url:
        settings = {"database_url": url, "smtp_url": NOBODY_THERE}
        product = Product(directory, settings, WORKERS)
        product.start()  # before the harness, so that the keys are the product's own, made today
        harness = Harness(url, directory, issuer=product.issuer, mode="development", smtp_url=NOBODY_THERE)
        harness.clock.advance(int(time.time()) - harness.clock.now())
        try:
            yield Arena(product, harness)
        finally:
            product.stop()
            harness.close()


def _inside(visitor: Visitor) -> bool:
    return visitor.inside


def _accepted(visitor: Visitor) -> bool:
    return visitor.page.status_code == 200


def recovery_code(place: Arena) -> Contest:
    """One code, in 32 sign-ins of the same person."""
    jane = place.harness.person("recovery", totp=True)
    visitors = [place.with_password(jane) for _ in range(CROWD)]
    for visitor in visitors:
        visitor.get(visitor.at.replace("/code", "/recovery"))
    return Contest(visitors, _inside, {"code": jane.codes[0]})


def sent_code(place: Arena) -> Contest:
    """One code, mailed for one sign-in, sent from 32 copies of its browser."""
    jane = place.harness.person("mailed")
    owner = place.with_password(jane, f"{SECURITY}/codes/email")
    owner.submit(action="/send")
    owner.submit(action="/codes/email", code=codes(place.harness, "email")[-1][1])
    owner.submit(action=CODES, saved="1")
    visitor = place.with_password(jane)
    code = codes(place.harness, "email")[-1][1]
    return Contest([visitor.twin() for _ in range(CROWD)], _inside, {"action": "/code/email", "code": code})


def passkey_challenge(place: Arena) -> Contest:
    """One challenge, answered once, and the answer sent from 32 copies of the browser it was given to."""
    jane, key = place.harness.person("passkey"), Authenticator(place.product.issuer)
    owner = place.with_password(jane, ADD)
    owner.submit(action=ADD, credential=key.create(_options(owner)), name="My phone")
    owner.submit(action=CODES, saved="1")
    visitor = place.visitor(jane)
    answer = key.get(_options(visitor))
    return Contest([visitor.twin() for _ in range(CROWD)], _inside, {"action": "/passkey", "credential": answer})


def reset_link(place: Arena) -> Contest:
    """One mailed link, opened in 32 browsers."""
    place.harness.person("forgetful")
    asking = Visitor("forgetful")
    asking.get(f"{place.product.issuer}/recover")
    asking.submit(username="forgetful")
    return Contest(place.crowd_at(reset_links(place.harness)[-1]), _accepted, {"password": NEW})


def email_change_link(place: Arena) -> Contest:
    """The same, to confirm a new address."""
    owner = place.with_password(place.harness.person("moving", email_verified=True), EMAIL)
    owner.submit(action=EMAIL, email="moving@new.example.test")
    return Contest(place.crowd_at(email_links(place.harness)[-1]), _accepted)


def undo_link(place: Arena) -> Contest:
    """The same, to take such a change back."""
    owner = place.with_password(place.harness.person("moved", email_verified=True), EMAIL)
    owner.submit(action=EMAIL, email="moved@new.example.test")
    mailbox = Visitor("")
    mailbox.get(email_links(place.harness)[-1])
    mailbox.submit()
    return Contest(place.crowd_at(undo_links(place.harness)[-1]), _accepted)


CONTESTS: dict[str, Callable[[Arena], Contest]] = {
    "a recovery code": recovery_code,
    "a sent code": sent_code,
    "a passkey's challenge": passkey_challenge,
    "a reset link": reset_link,
    "an email-change link": email_change_link,
    "a link that undoes it": undo_link,
}


def _options(visitor: Visitor) -> dict[str, object]:
    """What the page's script is told."""
    found = re.search(r'data-options="([^"]+)"', visitor.page.text)
    token = re.search(r'name="csrf" value="([^"]+)"', visitor.page.text)
    assert found, visitor.at
    assert token, visitor.at
    told: dict[str, object] = json.loads(visitor.ask(urljoin(visitor.at, unescape(found[1])), csrf=token[1]))
    return told
