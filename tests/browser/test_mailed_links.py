"""Links from mails in a real browser: a forgotten password, and a sign-in that was not its owner's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser_actions import expect_signed_in, give_code, give_password, open_app
from tests.support.live import Live
from tests.support.mailed import alert_links, reset_links

NEW = "violet tram over seven hills"


@pytest.mark.promise("FM18", "FM19", "FM23", "FM25")
def test_a_stolen_password_is_answered_from_two_mails(page: Page, new_page: Callable[..., Page], live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    thief = new_page()
    open_app(thief, live)
    give_password(thief, jane)
    give_code(thief, jane.code(live.harness.clock), remember=True)
    expect_signed_in(thief, live)

    page.goto(alert_links(live.harness)[0])
    expect(page).to_have_url(f"{live.issuer}/alert")
    page.get_by_role("button", name="This was not me").click()
    expect(page.get_by_role("heading", name="That browser is signed out")).to_be_visible()
    thief.goto(f"{live.issuer}/account/security")
    expect(thief.locator("input[name=password]")).to_be_visible()

    open_app(page, live)
    page.get_by_role("link", name="Forgot your password?").click()
    page.fill("input[name=username]", "jane")
    page.click("#submit")
    expect(page.get_by_text("If there is such an account, we have sent a link.")).to_be_visible()
    page.goto(reset_links(live.harness)[0])
    expect(page).to_have_url(f"{live.issuer}/recover/new-password")
    page.fill("input[name=password]", "password")
    page.click("#submit")
    expect(page.locator("input[name=password]")).to_have_attribute("aria-invalid", "true")
    page.fill("input[name=password]", NEW)
    page.click("#submit")

    page.get_by_role("link", name="Sign in").click()
    page.fill("input[name=username]", "jane")
    page.fill("input[name=password]", NEW)
    page.click("#submit")
    live.harness.clock.advance(60)
    give_code(page, jane.code(live.harness.clock))
    expect_signed_in(page, live)
