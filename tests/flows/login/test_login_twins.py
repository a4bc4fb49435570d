"""Whether an account exists is told by nothing: not words, headers, statements, nor work."""

import dataclasses
from typing import Any

import argon2
import pytest
from werkzeug.test import TestResponse

from idp.factors.hashing import Hasher
from idp.web import context
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness
from tests.support.login_driver import LoginDriver, csrf_of
from tests.support.page_text import CHANGING
from tests.support.statements import metered
from tests.support.tables import events


class Guesser:
    """One browser at the sign-in page, posting without following."""

    def __init__(self, harness: Harness, driver: LoginDriver) -> None:
        self.harness, self.browser = harness, Browser(harness)
        driver.authorize(self.browser, "pwd")
        self.csrf = csrf_of(self.browser)

    def guess(self, name: str, password: str = "wrong") -> TestResponse:
        form = {"csrf": self.csrf, "username": name, "password": password}
        headers = {"Origin": ISSUER, "X-Request-Id": "the-same-each-time"}
        return self.browser.client.post(self.browser.at, base_url=ISSUER, data=form, headers=headers)

    def forget(self) -> None:
        with self.harness.services.database.write() as tx:
            tx.throttles.reset_all("")


@pytest.fixture
def harness(proxied: Harness) -> Harness:
    """With request ids that a test can choose."""
    return proxied


@pytest.fixture
def guesser(harness: Harness, driver: LoginDriver) -> Guesser:
    harness.person("jane", totp=True)
    harness.person("gone", status="disabled")
    harness.person("unset", password_hash=None)
    made = Guesser(harness, driver)
    made.guess("anybody")  # reads the parameters in use, once an hour
    return made


@pytest.mark.parametrize("other", ["nobody", "gone", "unset", "jane@example.test", "JANE"])
def test_pages_and_headers_are_the_same_up_to_the_limit_and_beyond(guesser: Guesser, other: str) -> None:
    answers = {}
    for name in ("jane", other):
        guesser.forget()
        answers[name] = [guesser.guess(name) for _ in range(12)]
    for one, two in zip(answers["jane"], answers[other], strict=True):
        assert one.status_code == two.status_code
        assert one.headers.to_wsgi_list() == two.headers.to_wsgi_list() or _same_but_length(one, two)
        assert CHANGING.sub("", one.text) == CHANGING.sub("", two.text.replace(other, ""))


@pytest.mark.parametrize("other", ["nobody", "gone", "unset"])
def test_the_same_statements_are_sent(guesser: Guesser, other: str) -> None:
    sent = {}
    for name in ("jane", other):
        guesser.forget()
        with metered(guesser.harness) as meter:
            for _ in range(12):
                guesser.guess(name)
        sent[name] = meter.statements
    assert sent["jane"] == sent[other]


class NotingHasher(Hasher):
    """Notes what each comparison costs: the kind of hash, its memory, its rounds."""

    costs: tuple[argon2.Parameters, ...] = ()

    def verify_exactly(self, encoded: str | None, secret: str, *, reserved: bool = True, like: str = "") -> bool:
        self.costs += (argon2.extract_parameters(encoded or self._nobody_hash(like)),)
        return super().verify_exactly(encoded, secret, reserved=reserved, like=like)


@pytest.mark.parametrize("other", ["nobody", "gone", "unset"])
@pytest.mark.parametrize(("password", "spellings"), [("wrong", 1), ("wro\u0308ng", 2)])
def test_the_same_hashing_is_done(guesser: Guesser, other: str, password: str, spellings: int) -> None:
    """How alike the times are that follow from it is measured by `./dev bench alike`."""
    costs = {}
    for name in ("jane", other):
        guesser.forget()
        hasher = NotingHasher.from_settings(guesser.harness.settings)
        context.install(guesser.harness.app, dataclasses.replace(guesser.harness.services, hasher=hasher))
        for _ in range(12):
            guesser.guess(name, password)
        costs[name] = hasher.costs
    assert costs["jane"] == costs[other]
    assert len(costs["jane"]) == 10 * spellings, "past the limit nothing is hashed"


def test_names_of_nobody_cost_what_stored_hashes_cost(harness: Harness, driver: LoginDriver) -> None:
    """After the settings were raised: some hashes are old, and as many names of nobody cost as little."""
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
    for number in range(20):
        values: dict[str, Any] = {"password_hash": old.hash("old")} if number % 2 else {}
        harness.person(f"p{number}", **values)
    hasher = NotingHasher.from_settings(harness.settings)
    context.install(harness.app, dataclasses.replace(harness.services, hasher=hasher))
    guesser = Guesser(harness, driver)
    for number in range(40):
        guesser.guess(f"nobody{number}")
    once = hasher.costs
    memory = [each.memory_cost for each in once]
    assert 8 <= memory.count(8192) <= 32
    assert set(memory) == {8192, harness.settings.hash_memory_kib}
    hasher.costs = ()
    for number in range(40):
        guesser.guess(f"nobody{number}")
    assert hasher.costs == once, "the same at every try"


@pytest.mark.parametrize("name", ["jane\u200b", "j\u0430ne", "jane\u0000", "ja\u00adne", "\u200djane", "jan\u0435"])
def test_look_alike_names_are_nobody_or_the_same_and_never_another(
    harness: Harness, driver: LoginDriver, name: str
) -> None:
    jane = harness.person()
    browser = Browser(harness)
    driver.authorize(browser, "pwd")
    browser.submit(username=name, password=jane.password)
    claims = driver.claims(browser)
    assert claims is None or claims["user"] == "jane"


@pytest.mark.parametrize("name", ["JANE", "ｊａｎｅ", " jane ", "Jane@Example.TEST", "jane＠example.test"])  # noqa: RUF001 - look-alikes are what it is about
def test_other_spellings_are_the_same_person_and_the_same_lane(
    harness: Harness, driver: LoginDriver, name: str
) -> None:
    jane = harness.person()
    browser = Browser(harness)
    driver.authorize(browser, "pwd")
    for _ in range(10):
        browser.submit(username=name, password="wrong")
    assert events(harness, "sign_in.password", "failure") == 10
    browser.submit(username="jane", password=jane.password)
    assert browser.page.status_code in {400, 429}, "nothing was verified, and a stranger does not learn why"
    assert not browser.cookie("session")


def _same_but_length(one: TestResponse, two: TestResponse) -> bool:
    """Names of other lengths are echoed, and make pages of other lengths."""
    kept = [[pair for pair in each.headers.to_wsgi_list() if pair[0] != "Content-Length"] for each in (one, two)]
    return kept[0] == kept[1]
