"""Codes by text message and WhatsApp in a real browser, read where a newcomer reads them: in the mailbox page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from idp.server.background import BackgroundJobs
from tests.support.browser_actions import expect_signed_in, give_code, give_password, open_app, save_codes
from tests.support.live import Live

NUMBER = "+49 1512 3456789"


def newest_code(mailbox: Page, live: Live) -> str:
    """What the button beside the newest message copies."""
    BackgroundJobs(live.harness.services).run_once()
    mailbox.get_by_role("link", name="Reload").click()
    button = mailbox.get_by_role("article").first.get_by_role("button", name="Copy")
    return button.get_attribute("data-copy") or ""


def set_up(page: Page, mailbox: Page, live: Live, name: str) -> None:
    """From the page that asks for the number to the code that proves it."""
    expect(page.get_by_role("heading", name=f"Codes by {name}")).to_be_visible()
    expect(page.get_by_role("button", name="Send code")).to_be_visible()
    if page.locator("input[name=number]").is_visible():
        page.fill("input[name=number]", NUMBER)
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_text("Enter the code that was sent to +49")).to_be_visible()
    give_code(page, newest_code(mailbox, live))


@pytest.mark.promise("SA5", "SA9", "SA10", "SM5", "SM6", "FM10", "FM11")
def test_codes_by_phone_from_the_mailbox_to_the_app(page: Page, new_page: Callable[..., Page], live: Live) -> None:
    jane, mailbox, elsewhere = live.harness.person("jane"), new_page(), new_page()
    mailbox.goto(f"{live.issuer}/dev/mailbox")
    expect(mailbox.get_by_text("Nothing yet.")).to_be_visible()

    page.goto(f"{live.issuer}/account/security")
    give_password(page, jane)
    page.get_by_role("link", name="Set up Codes by text message").click()
    give_password(page, jane)
    set_up(page, mailbox, live, "text message")
    save_codes(page)
    page.get_by_role("link", name="Set up Codes by WhatsApp").click()
    give_password(page, jane)
    expect(page.get_by_text("sent by text message to +49 ••• 89")).to_be_visible()
    give_code(page, newest_code(mailbox, live))
    live.harness.clock.advance(1)
    set_up(page, mailbox, live, "WhatsApp")
    expect(page.get_by_text("+49 ••• 89")).to_have_count(2)

    live.harness.clock.advance(60)
    open_app(elsewhere, live)
    give_password(elsewhere, jane)
    expect(elsewhere.get_by_text("by WhatsApp to +49 ••• 89")).to_be_visible()  # used last, so shown first
    elsewhere.get_by_role("button", name="Code by text message").click()
    expect(elsewhere.get_by_text("sent by text message to +49 ••• 89")).to_be_visible()
    give_code(elsewhere, "000000")
    expect(elsewhere.locator("input[name=code]")).to_have_attribute("aria-invalid", "true")
    give_code(elsewhere, newest_code(mailbox, live))
    expect_signed_in(elsewhere, live)
    expect(mailbox.get_by_role("article").first).to_contain_text("Text message")
