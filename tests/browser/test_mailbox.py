"""The development mailbox in a real browser: what a newcomer does with `./dev run`."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from idp.server.background import Background
from tests.support.databases import Databases
from tests.support.harness import migrate
from tests.support.journeys import expect_signed_in, give_password, open_app
from tests.support.live import Live, serving

NEW = "violet tram over seven hills"


@pytest.fixture
def live(databases: Databases, tmp_path: Path) -> Iterator[Live]:
    """Without a mail server: what is sent is kept."""
    with databases.fresh(migrate) as url, serving(url, tmp_path, smtp_url="") as running:
        yield running


def test_a_forgotten_password_is_reset_from_the_mailbox(page: Page, new_page: Callable[..., Page], live: Live) -> None:
    jane = live.harness.person("jane")
    mailbox = new_page()
    mailbox.goto(f"{live.issuer}/dev/mailbox")
    expect(mailbox.get_by_text("Nothing yet.")).to_be_visible()
    open_app(page, live)
    page.get_by_role("link", name="Forgot your password?").click()
    page.fill("input[name=username]", "jane")
    page.click("#submit")
    expect(page.get_by_text("If there is such an account")).to_be_visible()
    Background(live.harness.core).run_once()
    mailbox.get_by_role("link", name="Reload").click()
    expect(mailbox.get_by_text("jane@example.test")).to_be_visible()
    mailbox.get_by_role("link", name="/recover/").click()
    mailbox.fill("input[name=password]", NEW)
    mailbox.click("#submit")
    expect(mailbox.get_by_role("heading", name="Your new password is set")).to_be_visible()
    open_app(page, live)
    give_password(page, replace(jane, password=NEW))
    expect_signed_in(page, live)
