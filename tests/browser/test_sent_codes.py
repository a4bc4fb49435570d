"""Codes by message in a real browser: set up by text message, the selector, the countdown, and a phone's autofill."""

import pytest
from playwright.sync_api import Page, expect

from idp.login.sent_codes import PAUSE
from tests.support.browser_actions import claim, expect_signed_in, give_code, give_password, open_app, save_codes
from tests.support.live import Live
from tests.support.mailed import codes

NUMBER = "+49 1512 3456789"
E164 = "+4915123456789"


@pytest.mark.promise("SM2", "SM4", "SM6", "SM9", "SA10", "FM10")
def test_a_required_person_sets_up_text_messages_and_signs_in_with_them(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", second_step_required=True)
    open_app(page, live)
    give_password(page, jane)
    page.get_by_role("link", name="Codes by text message").click()
    expect(page.get_by_text("A passkey or an authenticator app is safer")).to_be_visible()
    page.fill("input[name=number]", NUMBER)
    page.get_by_role("button", name="Send code").click()
    recipient, code = codes(live.harness, "sms")[-1]
    assert recipient == E164
    give_code(page, code)
    save_codes(page)
    expect_signed_in(page, live)
    assert claim(page, "acr").startswith("mfa")
    live.harness.clock.advance(PAUSE)
    page.context.clear_cookies()
    open_app(page, live)
    give_password(page, jane)
    field = page.locator("input[name=code]")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    expect(field).to_be_focused()
    expect(page.locator("[data-left]")).to_have_text("0:59", timeout=5000)
    again = page.get_by_role("button", name="Send another code")
    expect(again).to_have_attribute("aria-disabled", "true")
    sent = len(codes(live.harness, "sms"))
    again.click(force=True)
    assert len(codes(live.harness, "sms")) == sent
    give_code(page, "000000")
    expect(page.get_by_text("That code did not work")).to_be_visible()
    give_code(page, codes(live.harness, "sms")[-1][1])
    expect_signed_in(page, live)


@pytest.mark.promise("SM5", "SM7", "FM10")
def test_another_way_is_chosen_at_the_code_page_also_without_script(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    page.goto(f"{live.issuer}/account/security")
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock))
    page.get_by_role("link", name="Set up Codes by email").click()
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock, step=1))
    live.harness.clock.advance(1)  # of two ways used in one second, either may count as the last
    page.get_by_role("button", name="Send code").click()
    give_code(page, codes(live.harness, "email")[-1][1])
    expect(page.get_by_text("Codes by message are set up")).to_be_visible()
    live.harness.clock.advance(PAUSE)
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False).new_page()
    open_app(plain, live)
    give_password(plain, jane)
    expect(plain.get_by_role("heading", name="Second step")).to_be_visible()
    plain.get_by_role("link", name="Use your authenticator app").click()
    plain.get_by_role("button", name="Send code by email").click()
    give_code(plain, codes(live.harness, "email")[-1][1])
    expect_signed_in(plain, live)
    assert claim(plain, "acr").startswith("two-step")
    plain.context.close()
