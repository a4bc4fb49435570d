"""Passkeys in a real browser, with an authenticator that the browser itself plays."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.support.harness import Someone
from tests.support.journeys import claim, expect_signed_in, give_password, open_app, save_codes
from tests.support.live import Live

NO_OFFER = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"
"""The played authenticator would take the offer in the name field by itself, before anybody presses the button."""


@dataclass
class Device:
    """A laptop with a fingerprint reader, behind `page`."""

    page: Page
    session: CDPSession
    id: str

    def checks_owner(self, checks: bool) -> None:
        """Whether the finger on the reader is the right one."""
        values = {"authenticatorId": self.id, "isUserVerified": checks}
        self.session.send("WebAuthn.setUserVerified", values)


@pytest.fixture
def device(page: Page) -> Device:
    page.add_init_script(NO_OFFER)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "defaultBackupEligibility": True,
        "defaultBackupState": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Device(page, session, str(made["authenticatorId"]))


def add_passkey(page: Page, live: Live, someone: Someone) -> None:
    """From the security page's button to the saved recovery codes, and out again."""
    page.goto(f"{live.issuer}/account/security")
    give_password(page, someone)
    page.get_by_role("link", name="Add a passkey").click()
    give_password(page, someone)
    page.fill("input[name=name]", "My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/recovery-codes")
    save_codes(page)
    expect(page.get_by_text("My laptop").first).to_be_visible()
    page.context.clear_cookies()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


@pytest.mark.usefixtures("device")
def test_a_passkey_alone_signs_in_to_the_app(page: Page, live: Live) -> None:
    add_passkey(page, live, live.harness.person("jane"))
    open_app(page, live)
    press(page, "Sign in with a passkey")
    expect_signed_in(page, live)
    assert claim(page, "acr").startswith("phr")


@pytest.mark.usefixtures("device")
def test_a_passkey_is_the_second_step(page: Page, live: Live) -> None:
    jane = live.harness.person("jane")
    add_passkey(page, live, jane)
    open_app(page, live)
    give_password(page, jane)
    press(page, "Use your passkey")
    expect_signed_in(page, live)
    assert claim(page, "acr").startswith("phr")


def test_the_wrong_finger_opens_nothing_and_says_so(page: Page, live: Live, device: Device) -> None:
    add_passkey(page, live, live.harness.person("jane"))
    device.checks_owner(False)
    open_app(page, live)
    press(page, "Sign in with a passkey")
    expect(page.get_by_text("The passkey was not used")).to_be_visible()
    assert page.url.startswith(live.issuer)


@pytest.mark.usefixtures("device")
def test_a_removed_passkey_no_longer_signs_in(page: Page, live: Live) -> None:
    jane = live.harness.person("jane")
    add_passkey(page, live, jane)
    page.goto(f"{live.issuer}/account/security")
    give_password(page, jane)
    press(page, "Use your passkey")
    page.get_by_role("link", name="Rename or remove").click()
    page.click("#remove")
    expect(page.get_by_text("That passkey is removed")).to_be_visible()
    page.context.clear_cookies()
    open_app(page, live)
    press(page, "Sign in with a passkey")
    expect(page.get_by_text("That passkey did not work here")).to_be_visible()


def test_a_browser_without_script_is_told(
    new_page: Callable[..., Page], page: Page, live: Live, device: Device
) -> None:
    jane = live.harness.person("jane")
    add_passkey(page, live, jane)
    assert device.id
    plain = new_page(java_script_enabled=False)
    open_app(plain, live)
    give_password(plain, jane)
    expect(plain.get_by_text("This browser cannot use passkeys here")).to_be_visible()
    expect(plain.get_by_role("link", name="Use a recovery code")).to_be_visible()
