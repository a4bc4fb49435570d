"""The first day of an administrator, by keyboard alone and led by the pages: invite, require, explain."""

from playwright.sync_api import Browser, Page, expect

from tests.support.browser_actions import give_password
from tests.support.console_browser import HOME, sign_in
from tests.support.keyboard import tab_to, type_into
from tests.support.live import Live


def go_on(page: Page) -> None:
    """Press Enter, and wait for the next page: a key that comes before it would be lost."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press(page: Page, name: str) -> None:
    """Follow the link or press the button with this name."""
    tab_to(page, name)
    go_on(page)


def test_a_first_day_needs_nothing_but_the_pages(chromium: Browser, live: Live) -> None:
    context = chromium.new_context(storage_state=sign_in(live, chromium))
    page = context.new_page()
    page.goto(live.issuer + HOME)
    press(page, "^People$")
    press(page, "Invite a person")
    type_into(page, "email", "ines@example.test")
    type_into(page, "username", "ines")
    type_into(page, "name", "Ines Example")
    go_on(page)
    expect(page.get_by_role("heading", name="Ines Example")).to_be_visible()
    press(page, "^Groups$")
    press(page, "New group")
    type_into(page, "name", "Finance")
    go_on(page)
    type_into(page, "who", "ines")
    go_on(page)
    expect(page.get_by_role("rowheader", name="ines")).to_be_visible()
    press(page, "^Sign-in policy$")
    type_into(page, "kind", "Gro")
    press(page, "Go on")
    type_into(page, "subject", "Finance")
    type_into(page, "second_step", "Req")
    press(page, "Show what would change")
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    type_into(page, "reason", "Audit finding 7")
    go_on(page)
    expect(page.get_by_role("rowheader", name="Finance")).to_be_visible()
    press(page, "Explain a sign-in")
    type_into(page, "person", "ines")
    go_on(page)
    expect(page.get_by_role("main")).to_contain_text("Finance")
    expect(page.get_by_role("heading", name="Pages of this sign-in")).to_be_visible()
    context.close()


def test_a_session_is_ended_and_found_in_the_audit_by_keyboard(chromium: Browser, live: Live) -> None:
    jane = live.harness.person("jane")
    state, other = sign_in(live, chromium), chromium.new_context()
    theirs = other.new_page()
    theirs.goto(f"{live.issuer}/account/")
    give_password(theirs, jane)
    theirs.wait_for_url(f"{live.issuer}/account/")
    context = chromium.new_context(storage_state=state)
    page = context.new_page()
    page.goto(live.issuer + HOME)
    press(page, "^Sessions$")
    type_into(page, "person", "jane")
    go_on(page)
    press(page, "End all that match")
    press(page, "^End")
    expect(page.get_by_role("status")).to_be_visible()
    theirs.reload()
    expect(theirs.locator("input[name=password]")).to_be_visible()
    press(page, "^Audit$")
    type_into(page, "person", "jane")
    go_on(page)
    press(page, "signed out a browser of")
    expect(page.get_by_role("main")).to_contain_text("jane")
    context.close()
    other.close()
