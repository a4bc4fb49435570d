"""Every page for everybody: axe, small, dark, mirrored, in every language, and by keyboard alone (WCAG 2.2 AA)."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.clients import node_party
from tests.support.browser_actions import expect_signed_in, give_code, give_password, open_app
from tests.support.gallery import LOOKS, SPOKEN, create_gallery, faults_of
from tests.support.live import Live
from tests.support.local_servers import local_server
from tests.support.samples import SAMPLES, SELF_SENDING

SCHEMES = ("light", "dark")
DECODER = Path(__file__).parent / "node"
DECODE = """async address => {
  const picture = new Image(); picture.src = address; await picture.decode()
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d")
  canvas.drawImage(picture, 0, 0)
  const { data, width, height } = canvas.getImageData(0, 0, picture.width, picture.height)
  return jsQR(data, width, height).data
}"""
PAGES = [name for name, template, _ in SAMPLES if template.endswith(".html") and name != SELF_SENDING[0]]


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """Every template in every state; the same that developers look at."""
    with local_server() as at:
        at.start(create_gallery())
        yield at.base


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_and_nothing_overflows(chromium: Browser, gallery: str, look: str) -> None:
    axe, found = Axe(), list[str]()
    context = chromium.new_context(**LOOKS[look])
    page = context.new_page()
    for name in PAGES:
        page.goto(f"{gallery}/{name}?lang={SPOKEN[look]}")
        found += [f"{name}: {fault}" for fault in faults_of(page, axe, look)]
    context.close()
    assert found == []


@pytest.mark.parametrize("name", ["enrol", "account-totp"])
def test_the_qr_code_is_black_on_white_in_every_look(chromium: Browser, gallery: str, name: str) -> None:
    """Cameras read nothing else; forced colours are Windows' contrast themes."""
    pictures = set()
    looks = [{"color_scheme": scheme, "forced_colors": forced} for scheme in SCHEMES for forced in ("none", "active")]
    for options in looks:
        context = chromium.new_context(**options)  # type: ignore[arg-type]  # which two, mypy cannot tell
        page = context.new_page()
        page.goto(f"{gallery}/{name}")
        pictures.add(page.locator(".qr svg").screenshot())
        context.close()
    assert len(pictures) == 1, "every look shows the picture of the light one"


def test_the_qr_code_is_read_in_the_darkest_look(new_page: Callable[..., Page], live: Live, tmp_path: Path) -> None:
    """As it is rendered for somebody who sets up their app, by a decoder of other people."""
    decoder = node_party.install(tmp_path / "decoder", DECODER) / "node_modules/jsqr/dist/jsQR.js"
    page = new_page(color_scheme="dark", forced_colors="active")
    page.goto(f"{live.issuer}/account/")
    give_password(page, live.harness.person("jane", second_step_required=True))
    address = page.locator('a[href^="otpauth:"]').get_attribute("href")
    picture = base64.b64encode(page.locator(".qr svg").screenshot()).decode()
    page.goto("about:blank")
    page.add_script_tag(path=decoder)
    assert page.evaluate(DECODE, f"data:image/png;base64,{picture}") == address


def test_pages_as_they_are_really_served_are_clean_on_a_small_dark_phone(
    new_page: Callable[..., Page], live: Live
) -> None:
    jane = live.harness.person("jane", totp=True)
    page, axe, found = new_page(**LOOKS["dark-phone"]), Axe(), list[str]()

    def look() -> None:
        found.extend(f"{page.url}: {fault}" for fault in faults_of(page, axe))

    open_app(page, live)
    look()
    give_password(page, jane)
    expect(page.locator("input[name=code]")).to_be_visible()
    look()
    give_code(page, jane.code(live.harness.clock))
    expect_signed_in(page, live)
    look()
    for path in ("/account/", "/account/security", "/account/security/password", "/nowhere"):
        page.goto(live.issuer + path)
        look()
    assert found == []


def test_a_whole_sign_in_with_the_keyboard_alone(page: Page, live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    page.goto(live.app)
    page.locator("#sign-in").focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=username]")).to_be_focused()
    page.keyboard.type(jane.username)
    page.keyboard.press("Tab")
    expect(page.locator("input[name=password]")).to_be_focused()
    page.keyboard.type(jane.password)
    page.keyboard.press("Enter")
    expect(page.locator("input[name=code]")).to_be_focused()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=code]")).to_be_focused()
    expect(page.locator("input[name=code]")).to_have_attribute("aria-invalid", "true")
    page.keyboard.type(jane.code(live.harness.clock))
    page.keyboard.press("Tab")
    expect(page.locator("input[name=remember]")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect_signed_in(page, live)


def test_a_whole_sign_in_without_javascript(new_page: Callable[..., Page], live: Live) -> None:
    jane = live.harness.person("jane", totp=True)
    page = new_page(java_script_enabled=False)
    open_app(page, live)
    give_password(page, jane)
    give_code(page, jane.code(live.harness.clock), remember=True)
    expect_signed_in(page, live)
