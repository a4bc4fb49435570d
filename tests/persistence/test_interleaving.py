"""Two requests in the one order that matters: the second arrives while the first is about to commit."""

import dataclasses
import threading
from collections.abc import Callable

import pytest

from idp.admin import users
from idp.kernel.entropy import SystemEntropy
from idp.web import context
from tests.support.browser import Browser
from tests.support.door import Door
from tests.support.harness import Harness

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
def interrupted(harness: Harness) -> Interrupted:
    entropy = Interrupted()
    context.install(harness.app, dataclasses.replace(harness.core, entropy=entropy))
    return entropy


@pytest.mark.promise("FM20", "FM25")
def test_no_sign_in_slips_past_a_password_change(
    harness: Harness, door: Door, browser: Browser, interrupted: Interrupted
) -> None:
    max_ = harness.person("max")

    def change() -> None:
        with harness.core.database.write() as tx:
            users.set_password(tx, users.find(tx, "max"), "another")

    door.knock(browser, "pwd")
    # The request id is random as well: it is given, so that the first call is the session's new handle.
    browser.headers["X-Request-Id"] = "request-of-max"
    interrupted.meanwhile = change
    browser.submit(username="max", password=max_.password)
    assert interrupted.thread
    interrupted.thread.join()
    with harness.core.database.read() as tx:
        assert tx.sessions.of(max_.id) == []
    assert door.knock(browser, "pwd") is None
