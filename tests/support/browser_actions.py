"""What people do, in the words of the pages, for tests in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.support.harness import Someone
from tests.support.live import Live


def open_app(page: Page, live: Live) -> None:
    """Opens the sample app and presses its button."""
    page.goto(live.app)
    page.locator("#sign-in").click()
    page.wait_for_url(f"{live.issuer}/**")


def give_password(page: Page, someone: Someone) -> None:
    """Fills the sign-in page; a page that knows who it is asks only for the password."""
    expect(page.locator("input[name=password]")).to_be_visible()
    if page.locator("#username").is_visible():
        page.fill("input[name=username]", someone.username)
    page.fill("input[name=password]", someone.password)
    page.click("#submit")


def give_code(page: Page, code: str, *, remember: bool = False) -> None:
    """Fills the code page."""
    page.fill("input[name=code]", code)
    if remember:
        page.check("input[name=remember]")
    page.click("#submit")


def read_setup_key(page: Page) -> str:
    """The key behind "Type code manually"."""
    page.get_by_text("Type code manually").click()
    return page.locator("#secret").inner_text().replace(" ", "")


def read_codes(page: Page) -> list[str]:
    """Reads the new recovery codes once all eight are there: reading alone does not wait for the page."""
    codes = page.locator("#codes code")
    expect(codes).to_have_count(8)
    return codes.all_inner_texts()


def save_codes(page: Page) -> list[str]:
    """Reads the recovery codes, ticks that they are saved, and goes on."""
    codes = read_codes(page)
    page.check("input[name=saved]")
    page.click("#submit")
    return codes


def claim(page: Page, name: str) -> str:
    """What the sample app shows for a claim."""
    row = page.locator("tr", has=page.get_by_role("rowheader", name=re.compile(rf"^{name}\b")))
    return row.locator("td").first.inner_text()


def expect_signed_in(page: Page, live: Live) -> None:
    """The sample app greets somebody."""
    page.wait_for_url(f"{live.app}/**")
    expect(page.locator("#sign-out")).to_be_visible()
