"""The main job in a real browser: an app, a password, a second step set up, and claims that say so."""

from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.support.browser_actions import (
    claim,
    expect_signed_in,
    give_code,
    give_password,
    open_app,
    read_codes,
    read_setup_key,
    save_codes,
)
from tests.support.live import Live
from tests.support.tables import use_codes

NewPage = Callable[..., Page]


@pytest.mark.promise(
    "SA1", "SA6", "SA7", "SM1", "ES1", "ES6", "ES7", "ES9", "ES12", "ES23", "MS3", "MS4", "FM5", "FM13"
)
def test_a_required_person_sets_up_their_app_before_the_app_gets_anything(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", second_step_required=True)
    open_app(page, live)
    give_password(page, jane)
    expect(page.locator("svg").first).to_be_visible()
    seed = read_setup_key(page)
    give_code(page, pyotp.TOTP(seed).at(live.harness.clock.now()))
    codes = save_codes(page)
    assert len(set(codes)) == 8
    expect_signed_in(page, live)
    assert claim(page, "acr").startswith("mfa")
    assert all(value in claim(page, "amr") for value in ("pwd", "otp", "mfa"))
    assert claim(page, "auth_time").startswith(str(live.harness.clock.now()))


@pytest.mark.promise("ES8", "ES16", "MS5", "FM26")
def test_recovery_codes_can_be_copied_and_downloaded(new_page: NewPage, live: Live) -> None:
    jane = live.harness.person("jane", second_step_required=True)
    page = new_page(permissions=["clipboard-read", "clipboard-write"], accept_downloads=True)
    open_app(page, live)
    give_password(page, jane)
    give_code(page, pyotp.TOTP(read_setup_key(page)).at(live.harness.clock.now()))
    codes = read_codes(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download").click()
    assert started.value.suggested_filename == "countersign-recovery-codes.txt"
    text = started.value.path().read_text(encoding="utf-8")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert all(code in text and code in copied for code in codes)
    expect(page.get_by_text("password manager")).to_be_visible()


@pytest.mark.promise("ES9")
def test_the_box_must_be_ticked_also_without_the_browsers_help(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", second_step_required=True)
    open_app(page, live)
    give_password(page, jane)
    give_code(page, pyotp.TOTP(read_setup_key(page)).at(live.harness.clock.now()))
    codes = read_codes(page)
    page.evaluate("document.querySelector('form').noValidate = true")
    page.click("#submit")
    expect(page.get_by_role("alert")).to_contain_text("Save the codes first")
    assert read_codes(page) == codes, "nothing is lost by forgetting the tick"


@pytest.mark.promise("SA12", "FM9")
def test_a_wrong_code_blames_the_clock_and_the_next_one_works(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    open_app(page, live)
    give_password(page, jane)
    give_code(page, "000000")
    expect(page.get_by_role("alert")).to_contain_text("clock")
    live.harness.clock.advance(30)
    give_code(page, jane.code(live.harness.clock))
    expect_signed_in(page, live)


@pytest.mark.promise("FM8", "FM14", "FM15", "ES10", "ES13", "SA11", "MS6")
def test_a_recovery_code_gets_in_once_in_small_letters_without_dashes(new_page: NewPage, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    typed = jane.codes[2].replace("-", "").lower()
    for good in (True, False):
        page = new_page()
        open_app(page, live)
        give_password(page, jane)
        page.get_by_role("link", name="Use a recovery code").click()
        give_code(page, typed)
        if good:
            expect_signed_in(page, live)
            assert claim(page, "acr").startswith("mfa")
        else:
            expect(page.get_by_role("alert")).to_contain_text("did not work")


@pytest.mark.promise("ES18")
def test_the_last_recovery_code_leads_to_a_new_set_before_the_app_gets_anything(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    use_codes(live.harness, jane.id, slice(1, None))
    open_app(page, live)
    give_password(page, jane)
    page.get_by_role("link", name="Use a recovery code").click()
    give_code(page, jane.codes[0])
    expect(page.get_by_text("You used your last recovery code")).to_be_visible()
    codes_page = page.url
    page.goto(f"{live.issuer}/account/")
    expect(page.locator("input[name=password]")).to_be_visible()
    page.goto(codes_page)
    assert not set(save_codes(page)) & set(jane.codes)
    expect_signed_in(page, live)


def test_cancel_goes_back_to_the_app_which_says_so(page: Page, live: Live) -> None:
    open_app(page, live)
    page.click("#cancel")
    page.wait_for_url(f"{live.app}/**")
    expect(page.get_by_role("heading", name="You cancelled")).to_be_visible()
