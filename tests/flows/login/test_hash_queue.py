"""When too many passwords are checked at once, strangers are asked to come back, and nobody else waits."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.support.account import SECURITY, Account
from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.login_driver import LoginDriver
from tests.support.tables import rows


@contextmanager
def full(harness: Harness) -> Iterator[None]:
    """Strangers hold every place that is for everybody; the reserved ones are free."""
    pool, go = harness.services.hasher.pool, threading.Event()
    with ThreadPoolExecutor(harness.settings.hash_queue) as threads:
        for _ in range(harness.settings.hash_queue):
            threads.submit(pool.run, _nothing if pool._taken else go.wait, reserved=False)
        while pool.has_room():
            pass
        try:
            yield
        finally:
            go.set()


def _nothing() -> None:
    """Takes no time, once it is its turn."""


@pytest.fixture
def small(harness: Harness) -> Harness:
    """One hash at a time, and one place."""
    harness.services.hasher.pool._queue = 1
    object.__setattr__(harness.settings, "hash_queue", 1)
    return harness


def test_a_stranger_is_asked_to_come_back_and_nothing_is_stored(small: Harness, driver: LoginDriver) -> None:
    small.person()
    browser = Browser(small)
    driver.authorize(browser, "pwd")
    at, before = browser.at, rows(small, "throttles", "audit_events", "login_flows")
    with full(small):
        page = browser.submit(username="nobody", password="a guess")
        assert page.status_code == 503
        assert page.headers["Retry-After"] == "5"
        assert "Your password was not checked" in page.text
        assert browser.client.get("/jwks", base_url=small.settings.issuer).status_code == 200
    assert rows(small, *before) == before
    browser.get(at)
    assert browser.submit(username="nobody", password="a guess").status_code == 400


def test_a_known_browser_has_a_place_of_its_own(small: Harness) -> None:
    jane = Account(small, small.person())
    jane.open()
    jane.browser.submit(action="sign-out")
    jane.browser.get(SECURITY)
    with full(small):
        page = jane.browser.submit(username="jane", password=jane.someone.password)
    assert (page.status_code, jane.browser.at) == (200, SECURITY)
