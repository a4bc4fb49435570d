"""Two requests in the one order that matters: the second arrives while the first is about to commit."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, select

from idp.admin import users
from idp.kernel.entropy import SystemEntropy
from idp.persistence.grants import grants
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.web import context
from tests.support.back_channel import Code
from tests.support.browser import Browser
from tests.support.clock import FrozenClock
from tests.support.harness import Harness
from tests.support.login_driver import LoginDriver
from tests.support.login_stages import stand_at
from tests.support.relying_party import RelyingParty
from tests.support.tables import count

TWICE = {"identify", "recovery", "enrol"}
"""Pages whose form is read in one transaction and settled in another, with costly work between."""
ADDS_GRANT = "INSERT INTO grants"
MOMENT = 0.5
"""Seconds the first request waits for the second, which may have to wait for the first."""


class Interrupted(SystemEntropy):
    """Randomness at whose next call something else happens first, as far as it can."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], None] | None = None
        self.thread: threading.Thread | None = None

    def token(self, n: int = 32) -> str:
        act, self.meanwhile = self.meanwhile, None
        if act:
            self.thread = threading.Thread(target=act)
            self.thread.start()
            self.thread.join(MOMENT)
        return super().token(n)


@pytest.fixture
def harness(proxied: Harness) -> Harness:
    """With request ids that a test can choose."""
    return proxied


@pytest.fixture
def interrupted(harness: Harness) -> Interrupted:
    entropy = Interrupted()
    context.install(harness.app, dataclasses.replace(harness.services, entropy=entropy))
    return entropy


class InterruptedClock(FrozenClock):
    """A clock at whose n-th reading something else happens first; every transaction reads it once, as it begins."""

    def __init__(self, at: int, reading: int, meanwhile: Callable[[], None]) -> None:
        super().__init__(at)
        self._left, self._meanwhile = reading, meanwhile

    def now(self) -> int:
        self._left -= 1
        if self._left == 0:
            self._meanwhile()
        return super().now()


@pytest.mark.promise("FM20", "FM25")
def test_no_sign_in_slips_past_a_password_change(
    harness: Harness, driver: LoginDriver, browser: Browser, interrupted: Interrupted
) -> None:
    max_ = harness.person("max")

    def change() -> None:
        with harness.services.database.write() as tx:
            users.set_password(tx, users.find(tx, "max"), "another")

    driver.authorize(browser, "pwd")
    # The request id is random as well: it is given, so that the first call is the session's new handle.
    browser.headers["X-Request-Id"] = "request-of-max"
    interrupted.meanwhile = change
    browser.submit(username="max", password=max_.password)
    assert interrupted.thread
    interrupted.thread.join()
    with harness.services.database.read() as tx:
        assert tx.sessions.for_user(max_.id) == []
    assert driver.authorize(browser, "pwd") is None


@contextmanager
def interrupted_after(harness: Harness, beginning: str, change: Callable[[], None]) -> Iterator[None]:
    """Something else happens, as far as it can, once a statement that begins so was executed."""
    threads: list[threading.Thread] = []

    def executed(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(beginning) and not threads:
            threads.append(threading.Thread(target=change))
            threads[0].start()
            threads[0].join(MOMENT)

    event.listen(harness.services.database.engine, "after_cursor_execute", executed)
    try:
        yield
        threads[0].join()
    finally:
        event.remove(harness.services.database.engine, "after_cursor_execute", executed)


@pytest.mark.parametrize(
    "end",
    [
        lambda harness, tx, user: users.disable(tx, user, harness.settings),
        lambda _harness, tx, user: users.set_password(tx, user, "another"),
    ],
)
def test_no_app_is_given_anything_past_the_end_of_a_session(
    harness: Harness, browser: Browser, end: Callable[[Harness, Transaction, User], None]
) -> None:
    """The grant is stored and not committed, and at that moment everything the person had open ends."""
    app, max_ = RelyingParty(harness), harness.person("max")

    def change() -> None:
        with harness.services.database.write() as tx:
            end(harness, tx, users.find(tx, "max"))

    app.sign_in(browser, max_)
    with interrupted_after(harness, ADDS_GRANT, change):
        app.send(browser)
    answer = app.answer(browser)
    assert app.redeem(Code(answer["code"], app.sent["redirect_uri"], app.verifier)).status_code == 400
    with harness.services.database.engine.connect() as connection:
        assert None not in set(connection.scalars(select(grants.c.revoked_at)))


@contextmanager
def ending_as_it_is_held(harness: Harness) -> Iterator[None]:
    """The session goes after it was read, and before it is held."""

    def end(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(ADDS_GRANT):
            connection.exec_driver_sql("DELETE FROM sessions")

    event.listen(harness.services.database.engine, "before_cursor_execute", end)
    try:
        yield
    finally:
        event.remove(harness.services.database.engine, "before_cursor_execute", end)


@pytest.mark.parametrize("prompt", ["none", None, "login"])
def test_a_session_that_ends_while_a_request_is_judged_gives_nothing(
    harness: Harness, browser: Browser, prompt: str | None
) -> None:
    app, max_ = RelyingParty(harness), harness.person("max")
    app.sign_in(browser, max_)
    before = count(harness, "grants")
    if prompt == "login":
        app.send(browser, prompt=prompt)
    with ending_as_it_is_held(harness):
        if prompt == "login":
            browser.submit(username=max_.username, password=max_.password)
        else:
            app.send(browser, prompt=prompt)
    if prompt == "none":
        assert app.error(browser) == "login_required"
    else:
        assert browser.at.endswith("/identify")
    assert count(harness, "grants") == before


@pytest.mark.parametrize("step", ["identify", "code", "recovery", "enrol", "recovery-codes"])
@pytest.mark.parametrize("answer", ["right", "wrong"])
def test_a_change_between_two_transactions_of_a_request_is_no_fault_and_opens_nothing(
    harness: Harness, driver: LoginDriver, step: str, answer: str
) -> None:
    stage = stand_at(step, driver)

    def change() -> None:
        with harness.services.database.write() as tx:
            user = users.find(tx, "jane")
            users.set_password(tx, user, "another")

    harness.services.database._clock = InterruptedClock(harness.clock.now(), 2 if step in TWICE else 1, change)
    stage.browser.submit(**(stage.right if answer == "right" else stage.wrong))
    assert stage.browser.page.status_code in {200, 400}, stage.browser.page.text
    assert stage.browser.cookie("session") is None
    assert count(harness, "sessions") == 0


def test_an_attempt_that_passes_to_another_person_meanwhile_takes_no_code_of_the_first(
    harness: Harness, driver: LoginDriver, browser: Browser
) -> None:
    mallory, jane = harness.person("mallory", totp=True), harness.person("jane", totp=True)
    driver.to_code(browser, mallory)
    browser.get(browser.at.replace("/code", "/recovery"))
    flow_id = browser.at.split("/")[2]

    def pass_on() -> None:
        with harness.services.database.write() as tx:
            login, user = tx.login_flows.by_id(flow_id), tx.users.by_id(jane.id)
            assert login
            assert user
            assert tx.login_flows.advance(login, user_id=user.id, epoch=user.epoch)

    harness.services.database._clock = InterruptedClock(harness.clock.now(), 2, pass_on)
    browser.submit(code=mallory.codes[0])
    assert browser.page.status_code == 400
    assert count(harness, "sessions") == 0
