"""Profile, email address and the way back, in a real browser, from mails as they arrive."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from idp.factors.totp import PERIOD
from tests.support.browser_actions import give_code, give_password
from tests.support.harness import Someone
from tests.support.live import Live
from tests.support.mailed import email_links, undo_links


@pytest.mark.promise("FM27")
def test_somebody_says_who_they_are_and_gets_their_stolen_address_back(
    page: Page, new_page: Callable[..., Page], live: Live
) -> None:
    jane = live.harness.person("jane", totp=True, email_verified=True)
    page.goto(f"{live.issuer}/account/profile")
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock))
    page.get_by_label("Full name").fill("Jane Doe")
    page.get_by_label("Date of birth").fill("1985-02-28")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_label("Website").fill("https://jane.example")
    page.get_by_role("button", name="Save profile").click()
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    expect(page.get_by_label("Date of birth")).to_have_value("1985-02-28")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")

    page.get_by_role("link", name="Download").click()
    _sign_in_again(page, jane, live)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "my-account.json"
    assert json.loads(Path(download.value.path()).read_text("utf-8"))["profile"]["name"] == "Jane Doe"

    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Change jane@example.test").click()
    _sign_in_again(page, jane, live)
    page.get_by_label("New email address").fill("thief@example.test")
    page.get_by_role("button", name="Send a link").click()
    expect(page.get_by_text("Open the link in the mail")).to_be_visible()
    page.goto(email_links(live.harness)[0])
    expect(page).to_have_url(f"{live.issuer}/email")
    page.get_by_role("button", name="Use this address").click()
    expect(page.get_by_role("heading", name="Your email address is confirmed")).to_be_visible()

    owner = new_page()
    owner.goto(undo_links(live.harness)[0])
    expect(owner).to_have_url(f"{live.issuer}/undo")
    expect(owner.get_by_text("thief@example.test")).to_be_visible()
    owner.get_by_role("button", name="This was not me: undo it").click()
    expect(owner.get_by_role("heading", name="The change is undone")).to_be_visible()
    owner.get_by_role("link", name="Set a new password by mail").click()
    expect(owner.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    page.goto(f"{live.issuer}/account/profile")
    expect(page.locator("input[name=password]")).to_be_visible()


def _sign_in_again(page: Page, someone: Someone, live: Live) -> None:
    """Prove password and code, as every page that changes or reveals something asks."""
    live.harness.clock.advance(PERIOD)
    give_password(page, someone)
    give_code(page, someone.code(live.harness.clock))
