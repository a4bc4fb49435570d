"""A real browser against the product and its sample app on real ports."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from tests.support.databases import Databases
from tests.support.harness import migrate
from tests.support.live import Live, serving

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright_driver: Playwright, browser_binary: Path) -> Iterator[Browser]:
    running = playwright_driver.chromium.launch(executable_path=browser_binary, args=FLAGS)
    yield running
    running.close()


@pytest.fixture
def live(databases: Databases, tmp_path: Path) -> Iterator[Live]:
    """The product and the sample app, over each kind of database."""
    with databases.fresh(migrate) as url, serving(url, tmp_path) as running:
        yield running


@pytest.fixture
def live_with(databases: Databases, tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """The same with settings of the test's own."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(databases.fresh(migrate))
        yield lambda **settings: stack.enter_context(serving(url, tmp_path, **settings))


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens another browser: own cookies, own look. Whatever its console complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(**options: Any) -> Page:
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda line: complaints.append(line.text) if _is_complaint(line) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One browser."""
    return new_page()


def _is_complaint(line: ConsoleMessage) -> bool:
    """An error that is not merely the status of a refused form."""
    return line.type == "error" and "Failed to load resource" not in line.text
