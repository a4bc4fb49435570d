"""Coming back: remembered devices, step-up, and ways of using a browser that must all behave."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from idp.kernel.clock import DAY, HOUR
from tests.support.browser_actions import claim, expect_signed_in, give_code, give_password, open_app
from tests.support.live import Live

NewPage = Callable[..., Page]


def sign_out(page: Page, live: Live) -> None:
    page.goto(live.app)
    page.locator("#sign-out").click()
    page.wait_for_url(f"{live.app}/**")


def remember(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    open_app(page, live)
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock), remember=True)
    expect_signed_in(page, live)
    sign_out(page, live)


@pytest.mark.promise("SM10", "SM11")
@pytest.mark.parametrize(("later", "skips"), [(14 * DAY - 1, True), (14 * DAY + 1, False)])
def test_a_remembered_device_skips_the_code_for_fourteen_days_and_the_app_is_told(
    page: Page, live: Live, later: int, skips: bool
) -> None:
    remember(page, live)
    live.harness.clock.advance(later)
    open_app(page, live)
    page.fill("input[name=username]", "jane")
    page.fill("input[name=password]", "correct horse battery staple")
    page.click("#submit")
    if not skips:
        expect(page.locator("input[name=code]")).to_be_visible()
        return
    expect_signed_in(page, live)
    assert claim(page, "acr").startswith("remembered")
    assert "otp" not in claim(page, "amr")
    assert "mfa" not in claim(page, "amr")


@pytest.mark.promise("SA8", "FM7", "MS1")
def test_a_new_browser_is_always_asked(page: Page, new_page: NewPage, live: Live) -> None:
    remember(page, live)
    other = new_page()
    open_app(other, live)
    other.fill("input[name=username]", "jane")
    other.fill("input[name=password]", "correct horse battery staple")
    other.click("#submit")
    expect(other.locator("input[name=code]")).to_be_visible()


def test_the_apps_step_up_asks_the_code_on_a_remembered_device_and_gets_mfa(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    open_app(page, live)
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock), remember=True)
    expect_signed_in(page, live)
    sign_out(page, live)
    live.harness.clock.advance(DAY)
    open_app(page, live)
    give_password(page, jane)
    expect_signed_in(page, live)
    assert claim(page, "acr").startswith("remembered")
    page.locator("#confirm").click()
    expect(page.locator("input[name=code]")).to_be_visible()
    give_code(page, jane.code(live.harness.clock))
    expect_signed_in(page, live)
    expect(page.get_by_role("status")).to_contain_text("You confirmed that it is you just now, on ")
    expect(page.get_by_role("status")).not_to_contain_text("not asked again")
    page.goto(live.app)
    assert claim(page, "acr").startswith("mfa")


def test_a_live_session_signs_in_without_a_page(page: Page, live: Live) -> None:
    jane = live.harness.person("jane")
    open_app(page, live)
    give_password(page, jane)
    expect_signed_in(page, live)
    page.context.clear_cookies(name="sample_app")
    page.goto(live.app)
    page.locator("#sign-in").click()
    expect_signed_in(page, live)
    assert claim(page, "acr").startswith("pwd")


def test_two_tabs_of_one_browser_both_arrive(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    open_app(page, live)
    second = page.context.new_page()
    second.goto(live.app + "/login")
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock))
    expect_signed_in(page, live)
    second.reload()
    expect(second.locator("#sign-out, #submit").first).to_be_visible()
    if second.locator("input[name=password]").count():
        give_password(second, jane)
    second.goto(live.app)
    expect(second.locator("#sign-out")).to_be_visible()


def test_whoever_keeps_signed_in_is_so_after_the_browser_was_closed(page: Page, new_page: NewPage, live: Live) -> None:
    jane = live.harness.person("jane")
    open_app(page, live)
    page.check("input[name=keep]")
    give_password(page, jane)
    expect_signed_in(page, live)
    lasting = [cookie for cookie in page.context.cookies(live.issuer) if cookie.get("expires", -1) > 0]
    opened_again = new_page()
    opened_again.context.add_cookies([{**cookie} for cookie in lasting])  # type: ignore[typeddict-item]  # what it gave out
    open_again(opened_again, live)
    expect_signed_in(opened_again, live)


def open_again(page: Page, live: Live) -> None:
    page.goto(live.app)
    page.locator("#sign-in").click()


def test_reload_and_back_are_harmless(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    open_app(page, live)
    give_password(page, jane)
    expect(page.locator("input[name=code]")).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.locator("input[name=code]")).to_be_visible()
    give_code(page, jane.code(live.harness.clock))
    expect_signed_in(page, live)
    page.go_back()
    expect(page.locator("body")).not_to_contain_text("went wrong")


def test_a_copied_link_opens_nothing_in_another_browser(page: Page, new_page: NewPage, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    open_app(page, live)
    give_password(page, jane)
    other = new_page()
    answer = other.goto(page.url)
    assert answer is not None
    assert answer.status == 403
    expect(other.get_by_text("in the browser where it began")).to_be_visible()


def test_a_sign_in_left_open_too_long_says_so(page: Page, live: Live) -> None:
    jane = live.harness.person("jane")
    open_app(page, live)
    live.harness.clock.advance(live.harness.settings.login_lifetime + 1)
    give_password(page, jane)
    expect(page.get_by_text("took too long")).to_be_visible()


def test_refreshing_tokens_works_from_the_app(page: Page, live: Live) -> None:
    jane = live.harness.person("jane")
    open_app(page, live)
    give_password(page, jane)
    expect_signed_in(page, live)
    signed_in_at = live.harness.clock.now()
    live.harness.clock.advance(60)
    page.locator("#refresh").click()
    expect(page.locator("[data-claim=iat] .value")).to_have_text(str(signed_in_at + 60))
    assert claim(page, "auth_time").startswith(str(signed_in_at))


def test_the_app_says_when_it_was_confirmed_if_nothing_had_to_be_asked(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    open_app(page, live)
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock))
    expect_signed_in(page, live)
    live.harness.clock.advance(120)
    page.locator("#confirm").click()
    page.wait_for_url(f"{live.app}/")
    expect(page.get_by_role("status")).to_contain_text("You confirmed that it is you 2 minutes ago, on ")
    expect(page.get_by_role("status")).to_contain_text("you were not asked again")


def test_who_cancels_a_step_up_is_told_that_they_are_still_signed_in(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    open_app(page, live)
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock))
    expect_signed_in(page, live)
    live.harness.clock.advance(HOUR)
    page.locator("#confirm").click()
    page.locator("#cancel").click()
    page.wait_for_url(f"{live.app}/callback**")
    expect(page.locator("main")).to_contain_text("You did not confirm that it is you. You are still signed in.")
    page.locator("#continue").click()
    expect(page.locator("#sign-out")).to_be_visible()


def test_the_app_opened_by_its_other_name_signs_people_in(page: Page, live: Live) -> None:
    """Cookies of 127.0.0.1 are not sent to localhost, where the provider sends people back."""
    jane = live.harness.person("jane", totp=True)
    page.goto(live.app.replace("localhost", "127.0.0.1"))
    assert page.url == f"{live.app}/"
    page.locator("#sign-in").click()
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock))
    expect_signed_in(page, live)
