"""Tasks of an administrator by keyboard alone: from the overview to a message sent again, and to the next keys."""

from playwright.sync_api import Browser, Page, expect

from idp.signing.algorithms import OWN
from tests.support.console_browser import HOME, furnish, sign_in
from tests.support.keyboard import tab_to
from tests.support.live import Live


def press(page: Page, name: str, *, number: int = 0) -> None:
    """Press the link or button with this name."""
    tab_to(page, name, number=number)
    page.keyboard.press("Enter")


def test_what_needs_somebody_is_done_by_keyboard(chromium: Browser, live: Live) -> None:
    furnish(live)
    context = chromium.new_context(storage_state=sign_in(live, chromium))
    page = context.new_page()
    page.goto(live.issuer + HOME)
    press(page, "Show as a table")
    expect(page.get_by_role("columnheader", name="Failed tries")).to_be_visible()
    page.goto(live.issuer + HOME)
    press(page, "Show messages")
    expect(page.get_by_text("Given up").last).to_be_visible()
    expect(page.get_by_text("The mail server does not accept this address.")).to_be_visible()
    press(page, "Send again")
    expect(page.get_by_role("status")).to_contain_text("sent again now")
    press(page, "^Keys$")
    expect(page.get_by_text("Published, not used yet")).to_have_count(1)
    press(page, "^Publish the next keys$")
    expect(page.get_by_text("Nobody is signed out.")).to_be_visible()
    press(page, "^Publish the next keys$")
    expect(page.get_by_role("status")).to_contain_text("The next keys are published")
    expect(page.get_by_text("Published, not used yet")).to_have_count(len(OWN))
    context.close()
