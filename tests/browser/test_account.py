"""My account > Security in a real browser."""

import re
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.support.browser_actions import give_code, give_password, read_setup_key, save_codes
from tests.support.harness import Someone
from tests.support.live import Live

NewPage = Callable[..., Page]


def open_security(page: Page, live: Live, someone: Someone) -> None:
    page.goto(f"{live.issuer}/account/security")
    give_password(page, someone)
    if someone.seed:
        give_code(page, someone.code(live.harness.clock))
    expect(page.get_by_role("heading", name="Security", exact=True)).to_be_visible()


def set_up(page: Page, live: Live, someone: Someone) -> str:
    page.get_by_role("link", name="Set up").or_(page.get_by_role("button", name="Set up")).first.click()
    give_password(page, someone)
    seed = read_setup_key(page)
    give_code(page, pyotp.TOTP(seed).at(live.harness.clock.now()))
    save_codes(page)
    expect(page.get_by_role("heading", name="Security", exact=True)).to_be_visible()
    return seed


@pytest.mark.promise("SA4", "SM2", "ES4", "ES20", "MS2", "FM2", "FM16")
def test_somebody_switches_the_second_step_on_for_themselves(page: Page, live: Live) -> None:
    jane = live.harness.person("jane")
    open_security(page, live, jane)
    set_up(page, live, jane)
    expect(page.get_by_text("8 of 8 left")).to_be_visible()


@pytest.mark.promise("ES29", "MS8", "MS9", "MS10", "FM17", "MS7")
def test_turning_off_asks_for_both_and_turning_on_again_gives_a_new_secret(page: Page, live: Live) -> None:
    jane = live.harness.person("jane")
    open_security(page, live, jane)
    first = set_up(page, live, jane)
    page.get_by_role("link", name="Turn off").or_(page.get_by_role("button", name="Turn off")).first.click()
    give_password(page, jane)
    live.harness.clock.advance(60)
    give_code(page, pyotp.TOTP(first).at(live.harness.clock.now()))
    page.get_by_role("button", name=re.compile("Turn off")).click()
    expect(page.get_by_text("8 of 8 left")).to_have_count(0)
    live.harness.clock.advance(60)
    assert set_up(page, live, jane) != first


@pytest.mark.promise("ES29")
def test_required_people_are_not_shown_a_way_to_turn_it_off(page: Page, live: Live) -> None:
    open_security(page, live, live.harness.person("jane", totp=True, second_step_required=True))
    expect(page.get_by_text("Turn off")).to_have_count(0)


@pytest.mark.promise("SA2", "FM20")
def test_changing_the_password_signs_every_other_browser_out(page: Page, new_page: NewPage, live: Live) -> None:
    jane = live.harness.person("jane")
    other = new_page()
    open_security(other, live, jane)
    open_security(page, live, jane)
    page.get_by_role("link", name="Change password").click()
    give_password(page, jane)  # for this page, however recent the other one is
    page.fill("input[name=password]", "violet tram over seven hills")
    page.click("#submit")
    expect(page.get_by_role("heading", name="Security", exact=True)).to_be_visible()
    other.reload()
    expect(other.locator("input[name=password]")).to_be_visible()


def test_one_browser_ends_anothers_session(page: Page, new_page: NewPage, live: Live) -> None:
    jane = live.harness.person("jane")
    other = new_page()
    open_security(other, live, jane)
    open_security(page, live, jane)
    page.get_by_role("button", name=re.compile("Sign out everywhere else")).click()
    other.reload()
    expect(other.locator("input[name=password]")).to_be_visible()
    expect(page.get_by_role("heading", name="Security", exact=True)).to_be_visible()


def test_a_remembered_device_is_listed_and_can_be_forgotten(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    page.goto(f"{live.issuer}/account/security")
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock), remember=True)
    expect(page.get_by_text("This device")).to_be_visible()
    page.get_by_role("button", name=re.compile("Remove")).click()
    expect(page.get_by_role("button", name=re.compile("Remove"))).to_have_count(0)


@pytest.mark.promise("ES14", "ES15", "ES16")
def test_recovery_codes_are_shown_again_with_the_used_ones_struck_through(
    new_page: NewPage, live_with: Callable[..., Live]
) -> None:
    live = live_with(recovery_codes_viewable=True)
    jane = live.harness.person("jane", totp=True)
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{live.issuer}/account/security")
    give_password(page, jane)
    page.get_by_role("link", name="Use a recovery code").click()
    give_code(page, jane.codes[2])
    page.get_by_role("link", name="Show recovery codes").click()
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock))

    expect(page.get_by_text("7 of 8 left. Those struck through are used.")).to_be_visible()
    expect(page.locator("#codes s")).to_have_text([jane.codes[2]])
    expect(page.get_by_role("listitem").filter(has_text=jane.codes[2])).to_contain_text("(used)")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    rest = [code for code in jane.codes if code != jane.codes[2]]
    assert page.evaluate("navigator.clipboard.readText()").split() == rest
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download").click()
    text = saved.value.path().read_text(encoding="utf-8")
    assert [code for code in jane.codes if code in text] == rest
    expect(page.get_by_role("button", name="Print")).to_be_visible()
