"""From the empty console to a signed-in app of each kind, by keyboard alone; the steps are counted."""

import logging
import re
import time
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support import sample_apps
from tests.support.browser_actions import give_code, give_password
from tests.support.console import administrator
from tests.support.gallery import LOOKS, faults_of
from tests.support.harness import Someone
from tests.support.live import Live
from tests.support.local_servers import local_server

log = logging.getLogger(__name__)

MOST_TABS = 80
PAGES = (
    "", "/-/new", "/-/new/web", "/-/new/native", "/shop", "/shop/connect?for=pgadmin", "/shop/access", "/shop/logo",
    "/shop/settings/general", "/shop/settings/addresses", "/shop/settings/sign-in", "/shop/settings/technical",
    "/shop/advanced", "/-/registration",
    "/shop/secret/new", "/shop/secret/delete", "/shop/try", "/shop/remove",
)  # fmt: skip


class Keyboard:
    """Somebody without a mouse; `steps` counts what they fill in and what they press."""

    def __init__(self, page: Page) -> None:
        self.page, self.steps, self.began = page, 0, time.monotonic()

    def reach(self, selector: str) -> None:
        """Moves on with Tab until this element has the focus."""
        self.page.locator(selector).first.wait_for()
        for _ in range(MOST_TABS):
            if self.page.evaluate("wanted => !!document.activeElement?.matches(wanted)", selector):
                return
            self.page.keyboard.press("Tab")
        message = f"{selector} cannot be reached at {self.page.url}"
        raise AssertionError(message)

    def press(self, selector: str) -> None:
        """Presses a link or button, one step."""
        self.reach(selector)
        self.page.keyboard.press("Enter")
        self.steps += 1

    def fill(self, selector: str, text: str) -> None:
        """Fills in a field, one step."""
        self.reach(selector)
        self.page.keyboard.type(text)
        self.steps += 1

    def report(self, kind: str, most: int) -> None:
        """Says how much it took, and requires that it is not more than before."""
        log.info("%s: %d steps, %.0f seconds", kind, self.steps, time.monotonic() - self.began)
        assert self.steps <= most


def enter_console(page: Page, live: Live) -> Someone:
    """Signs an administrator in, at the first page of the console."""
    owner = administrator(live.harness)
    page.goto(f"{live.issuer}/admin/")
    give_password(page, owner)
    give_code(page, owner.code(live.harness.clock))
    expect(page.get_by_role("link", name="Apps")).to_be_visible()
    with live.harness.services.database.write() as tx:
        tx.clients.remove("sample")  # the console is empty
    return owner


def connect(keys: Keyboard, kind: str, *, name: str, address: str = "") -> str:
    """Connects an app of this kind from the first page; the settings that are shown."""
    keys.press('a[href="/admin/apps"]')
    expect(keys.page.get_by_text("There is no app yet")).to_be_visible()
    keys.press("#new")
    keys.press(f'a[href="/admin/apps/-/new/{kind}"]')
    keys.fill("#client_name", name)
    if address:
        keys.fill("#address", address)
    keys.press("#submit")
    expect(keys.page.get_by_role("heading", name=f"{name} is connected")).to_be_visible()
    return keys.page.locator("#paste-text").inner_text()


def test_a_web_app_is_connected_in_eight_steps(page: Page, live: Live) -> None:
    enter_console(page, live)
    keys = Keyboard(page)
    with local_server() as at:
        connect(keys, "web", name="Shop", address=at.base)
        secret = page.locator("#secret").inner_text()
        sample_apps.start_web_app(at, issuer=live.issuer, client_id="shop", secret=secret, clock=live.harness.clock.now)
        page.goto(at.base)
        keys.press("#sign-in")
        keys.press("#approve")
        page.wait_for_url(f"{at.base}/**")
        expect(page.locator("#sign-out")).to_be_visible()
    keys.report("web app", 8)


def test_a_single_page_app_is_connected_in_eight_steps(page: Page, live: Live) -> None:
    enter_console(page, live)
    keys = Keyboard(page)
    with local_server() as at:
        sample_apps.start_single_page_app(at, connect(keys, "browser", name="Board", address=at.base))
        page.goto(at.base)
        keys.press("#sign-in")
        keys.press("#approve")
        page.wait_for_url(f"{at.base}/callback**")
        expect(page.locator("#who")).to_have_text("olga@example.test")
    keys.report("single-page app", 8)


def test_a_desktop_app_is_connected_in_six_steps(page: Page, live: Live) -> None:
    enter_console(page, live)
    keys = Keyboard(page)
    with local_server("127.0.0.1") as at:
        pasted = dict(re.findall(r"^(\w+) +(.+)$", connect(keys, "native", name="Editor"), re.MULTILINE))
        app = sample_apps.NativeApp(at, issuer=pasted["issuer"], client_id=pasted["client_id"], scope=pasted["scope"])
        page.goto(app.address)
        keys.press("#approve")
        expect(page.locator("#who")).to_be_visible()
        assert app.who() == "olga@example.test"
    keys.report("desktop app", 6)


def test_a_service_is_connected_in_five_steps(page: Page, live: Live) -> None:
    enter_console(page, live)
    keys = Keyboard(page)
    pasted = connect(keys, "service", name="Robot")
    assert sample_apps.run_service(pasted).count(".") == 2
    keys.report("service", 5)


def test_a_try_is_three_steps(page: Page, live: Live) -> None:
    owner = enter_console(page, live)
    live.harness.client("shop", client_name="Shop")
    page.goto(f"{live.issuer}/admin/apps/shop")
    keys = Keyboard(page)
    keys.press("#try")
    keys.press("#submit")
    keys.fill("input[name=password]", owner.password)
    page.keyboard.press("Enter")
    live.harness.clock.advance(60)
    give_code(page, owner.code(live.harness.clock))
    expect(page.get_by_role("heading", name="You signed in to Shop")).to_be_visible()
    expect(page.get_by_text("olga@example.test").first).to_be_visible()
    keys.report("try", 3)


@pytest.mark.promise("FM24")
def test_a_secret_is_changed_and_the_app_removed_by_keyboard(page: Page, live: Live) -> None:
    enter_console(page, live)
    live.harness.client("shop", client_name="Shop")
    page.goto(f"{live.issuer}/admin/apps/shop")
    keys = Keyboard(page)
    keys.press("#rotate")
    keys.press("#submit")
    expect(page.locator("#secret")).to_be_visible()
    keys.press("#app")
    expect(page.get_by_text("Two secrets are accepted")).to_be_visible()
    keys.press("#end-secret")
    keys.press("#submit")
    expect(page.get_by_text("The earlier secret was ended")).to_be_visible()
    keys.press("#remove")
    expect(page.get_by_role("heading", name="Remove Shop?")).to_be_visible()
    keys.press("#submit")
    expect(page.get_by_text("The app was removed")).to_be_visible()


def test_pages_of_apps_are_clean_on_a_small_dark_phone(new_page: Callable[..., Page], live: Live) -> None:
    page, axe = new_page(**LOOKS["dark-phone"]), Axe()
    enter_console(page, live)
    live.harness.client("shop", client_name="Shop", restricted=True, client_uri="https://shop.example.test")
    page.request.get(f"{live.issuer}/authorize?client_id=shop&redirect_uri=https://shop.example.test/{'x' * 200}")
    found = []
    for path in PAGES:
        page.goto(f"{live.issuer}/admin/apps{path}")
        found += [f"{path}: {fault}" for fault in faults_of(page, axe)]
    assert found == []


def test_an_address_is_checked_while_it_is_typed(page: Page, live: Live) -> None:
    enter_console(page, live)
    live.harness.client("shop", client_name="Shop")
    page.goto(f"{live.issuer}/admin/apps/shop/settings/addresses")
    page.fill("#redirect_uris", "http://shop.example.test/callback")
    expect(page.get_by_text("it must be https; http is for localhost only")).to_be_visible()
    page.fill("#redirect_uris", "https://shop.example.test/callback")
    expect(page.get_by_text("it must be https; http is for localhost only")).to_be_hidden()
