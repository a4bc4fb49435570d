"""Choosing a password in a real browser: how strong it is while typing, pasting, and a password manager's filling."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.browser_actions import give_password
from tests.support.gallery import LOOKS, faults_of
from tests.support.live import Live
from tests.support.mailed import reset_links

GOOD = "violet tram over seven hills"


@pytest.mark.promise("SA2")
def test_the_meter_follows_the_typing_in_words_and_bars(new_page: Callable[..., Page], live: Live) -> None:
    jane = live.harness.person("jane")
    page = new_page(**LOOKS["dark-phone"], permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{live.issuer}/account/security/password")
    give_password(page, jane)
    field, meter = page.locator("input[name=password]"), page.locator("[data-strength]")
    expect(field).to_have_attribute("autocomplete", "new-password")
    expect(field).to_have_attribute("type", "password")
    expect(meter.locator(".strength-bar")).to_be_hidden()

    field.press_sequentially("jane")
    expect(meter).to_contain_text("Far too easy to guess. Use at least 15 characters")
    expect(meter.locator(".strength-bar")).to_be_visible()
    assert faults_of(page, Axe()) == []
    field.press_sequentially(" likes cats")
    expect(meter).to_contain_text("too close to your name")

    field.fill("")
    expect(meter).to_have_attribute("data-score", "")
    expect(meter).to_have_text("")
    page.evaluate("text => navigator.clipboard.writeText(text)", GOOD)
    field.focus()
    page.keyboard.press("Control+V")
    expect(meter).to_contain_text("Very strong.")
    expect(meter).to_have_attribute("data-score", "4")
    assert faults_of(page, Axe()) == []
    page.get_by_role("button", name="Show password").click()
    expect(field).to_have_value(GOOD)
    page.click("#submit")
    expect(page.get_by_text("Your password is changed")).to_be_visible()


def test_it_works_on_the_reset_page_and_nothing_is_lost_without_script(
    new_page: Callable[..., Page], live: Live
) -> None:
    live.harness.person("jane")
    page = new_page()
    page.goto(f"{live.issuer}/recover")
    page.fill("input[name=username]", "jane")
    page.click("#submit")
    expect(page.get_by_text("If there is such an account")).to_be_visible()
    link = reset_links(live.harness)[0]

    plain = new_page(java_script_enabled=False)
    plain.goto(link)
    plain.fill("input[name=password]", "abcabcabcabcabc")
    expect(plain.locator("[data-strength]")).to_have_text("")
    plain.click("#submit")
    expect(plain.get_by_role("alert")).to_contain_text("Repeats like")

    page.goto(link)
    page.fill("input[name=password]", "abcabcabcabcabc")  # at once, as a password manager does
    expect(page.locator("[data-strength]")).to_contain_text("Repeats like")
    live.harness.clock.advance(31 * 60)
    page.fill("input[name=password]", GOOD)
    expect(page.locator("[data-strength]")).to_have_text("")
    page.click("#submit")
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
