"""Many at once: requests held at a barrier, so that they really meet."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import urlsplit

from idp.persistence.transaction import Transaction
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness

T = TypeVar("T")
CROWD = 32
PATIENCE = 60
"""Seconds until a crowd that does not come together, or something that does not happen, is given up."""
MOMENT = 0.3
"""Seconds in which a request gets as far as the row that another transaction has locked."""


def rush(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Do everything at the same moment; what each came to, in the order given."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        barrier.wait(PATIENCE)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def wait_until(reached: Callable[[], object]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def run_during(harness: Harness, change: Callable[[Transaction], object], act: Callable[[], T]) -> T:
    """Do something while another transaction has made a change, and commits it a moment later."""
    with ThreadPoolExecutor(1) as pool:
        with harness.services.database.write() as tx:
            change(tx)
            done = pool.submit(act)
            time.sleep(MOMENT)
        return done.result()


def close(browser: Browser) -> None:
    """The browser is closed: it loses its session cookie, and the product is not told."""
    host = urlsplit(ISSUER).hostname or ""
    browser.client.delete_cookie("__Host-countersign-session", domain=host)


def twin(browser: Browser) -> Browser:
    """Another window of the same browser, or a thief with all its cookies, at the same page."""
    other = Browser(browser.harness)
    other.headers = dict(browser.headers)
    other.page, other.at = browser.page, browser.at
    for name in ("session", "login", "browser"):
        if value := browser.cookie(name):
            other.set_cookie(name, value)
    return other
