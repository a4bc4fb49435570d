"""An administrator looks after people in a real browser, by keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from idp.factors.totp import PERIOD
from tests.support.browser_actions import give_code, give_password
from tests.support.console import administrator
from tests.support.live import Live
from tests.support.mailed import links

LONG = "violet tram sleeps under nine bridges"


def sign_in(page: Page, live: Live) -> None:
    """Signs an owner in at the list of people."""
    olga = administrator(live.harness)
    page.goto(f"{live.issuer}/admin/people")
    give_password(page, olga)
    live.harness.clock.advance(PERIOD)
    give_code(page, olga.code(live.harness.clock))
    expect(page.get_by_role("heading", name="People", exact=True)).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the focus is on the control with this name."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate("(document.activeElement.innerText || document.activeElement.name || '').trim()")
        if focused == name:
            return
    message = f"no way to {name!r} by keyboard"
    raise AssertionError(message)


def press(page: Page, name: str) -> None:
    """Goes to a link or button by keyboard, and presses it."""
    tab_to(page, name)
    page.keyboard.press("Enter")


def find(page: Page, name: str) -> None:
    """Searches for somebody, and opens their page."""
    tab_to(page, "q")
    page.keyboard.type(name[:3].upper())
    page.keyboard.press("Enter")
    expect(page.get_by_role("row")).to_have_count(2)
    press(page, name)
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


@pytest.mark.promise("ES2", "ES21", "ES28", "SM12")
def test_a_second_step_is_required_by_keyboard(page: Page, live: Live) -> None:
    live.harness.person("jane")
    sign_in(page, live)
    expect(page.get_by_role("columnheader", name="2FA Status")).to_be_visible()
    expect(page.get_by_role("columnheader", name="2FA Required")).to_be_visible()
    find(page, "Jane")
    press(page, "Set to Required")
    expect(page.get_by_role("heading", name="Require a second step of Jane?")).to_be_visible()
    press(page, "Require a second step")
    expect(page.get_by_role("status")).to_contain_text("A second step is required now.")
    expect(page.get_by_text("Set to Not required")).to_be_visible()


@pytest.mark.promise("ES24", "ES25", "ES26", "ES27", "ES30")
def test_a_second_step_is_reset_by_keyboard(page: Page, live: Live) -> None:
    live.harness.person("jane", totp=True, second_step_required=True)
    sign_in(page, live)
    find(page, "Jane")
    press(page, "Reset the second step")
    expect(page.get_by_text("They stay signed in.")).to_be_visible()
    press(page, "Reset the second step")
    expect(page.get_by_role("status")).to_contain_text("The status is Off")
    facts = page.get_by_role("region", name="How they sign in")
    expect(facts).to_contain_text(re.compile(r"2FA Status\s*Off"))
    expect(facts).to_contain_text(re.compile(r"2FA Required\s*Required"))


@pytest.mark.promise("ES19", "ES21")
def test_a_person_is_invited_by_keyboard_and_sets_everything_up(page: Page, live: Live) -> None:
    sign_in(page, live)
    press(page, "Invite a person")
    expect(page.locator("#email")).to_be_focused()
    page.keyboard.type("ida@example.test")
    page.keyboard.press("Tab")
    page.keyboard.type("ida")
    page.keyboard.press("Tab")
    page.keyboard.type("Ida")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    press(page, "Make the account")
    expect(page.get_by_role("heading", name="Require a second step of Ida?")).to_be_visible()
    press(page, "Save, and require a second step")
    expect(page.get_by_role("status")).to_contain_text("The invitation is on its way.")
    (link,) = links(live.harness, "invitation")
    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("heading", name="Choose your password")).to_be_visible()
    page.keyboard.type(LONG)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your password is set")).to_be_visible()
    press(page, "Sign in")
    page.fill("input[name=username]", "ida")
    page.fill("input[name=password]", LONG)
    page.keyboard.press("Enter")
    expect(page.locator("#secret")).to_have_count(1)


def test_many_people_are_changed_while_the_page_shows_how_far_it_is(page: Page, live: Live) -> None:
    for number in range(3):
        live.harness.person(f"person{number}")
    sign_in(page, live)
    page.get_by_label("Choose person0").check()
    page.get_by_label("Choose person2").check()
    page.get_by_role("button", name="For those chosen").click()
    expect(page.get_by_role("heading", name="Require a second step of 2 people?")).to_be_visible()
    page.get_by_role("button", name="Change 2 people").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("2 of 2 people are done.")
