"""Passkeys in a real browser, with an authenticator that the browser itself plays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.support.browser_actions import claim, expect_signed_in, give_password, open_app, save_codes
from tests.support.harness import Someone
from tests.support.live import Live

NO_OFFER = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"
"""The played authenticator would take the offer in the name field by itself, before anybody presses the button."""


@dataclass
class Device:
    """Something that holds passkeys: a laptop with a fingerprint reader, or a key to be plugged in."""

    session: CDPSession
    id: str

    def checks_owner(self, checks: bool) -> None:
        """Whether the finger on the reader is the right one."""
        self._send("setUserVerified", isUserVerified=checks)

    def answers(self, answers: bool) -> None:
        """Whether anybody is there to touch it."""
        self._send("setAutomaticPresenceSimulation", enabled=answers)

    def backs_up(self) -> None:
        """Its maker copies what it holds."""
        held = self.held()
        self._send("setCredentialProperties", credentialId=held["credentialId"], backupState=True)

    def held(self) -> dict[str, Any]:
        """The one passkey on it, private key and all."""
        (one,) = self._send("getCredentials")["credentials"]
        return dict(one)

    def forget(self) -> None:
        """Nothing is on it any more."""
        self._send("clearCredentials")

    def hold(self, credential: dict[str, Any]) -> None:
        """Puts a passkey onto it."""
        self._send("addCredential", credential=credential)

    def _send(self, act: str, **values: Any) -> dict[str, Any]:
        return dict(self.session.send(f"WebAuthn.{act}", {"authenticatorId": self.id} | values))


def plug_in(session: CDPSession, **traits: Any) -> Device:
    """One more device; a laptop that says its passkeys are backed up, unless `traits` say otherwise."""
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
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options | traits})
    return Device(session, str(made["authenticatorId"]))


@pytest.fixture
def session(page: Page) -> CDPSession:
    made = page.context.new_cdp_session(page)
    made.send("WebAuthn.enable", {"enableUI": False})
    return made


@pytest.fixture
def device(page: Page, session: CDPSession) -> Device:
    page.add_init_script(NO_OFFER)
    return plug_in(session)


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
    """By keyboard and by ear: the trouble is an alert, and the button is where it was."""
    jane = live.harness.person("jane")
    add_passkey(page, live, jane)
    device.checks_owner(False)
    open_app(page, live)
    button = page.get_by_role("button", name="Sign in with a passkey")
    for opener in ("Enter", "Space"):
        button.focus()
        page.keyboard.press(opener)
        expect(page.get_by_role("alert")).to_have_text("The passkey was not used. Try again, or choose another way.")
        expect(button).to_be_focused()
    give_password(page, jane)
    press(page, "Use your passkey")
    expect(page.get_by_role("alert")).to_contain_text("was not used")
    assert page.url.startswith(live.issuer)
    device.checks_owner(True)
    page.keyboard.press("Enter")
    expect_signed_in(page, live)


def test_the_browsers_own_suggestion_is_the_whole_sign_in(page: Page, live: Live, session: CDPSession) -> None:
    """Beside what a password manager fills: it finds name and password by the words it looks for."""
    laptop = plug_in(session)
    laptop.answers(False)
    jane = live.harness.person("jane")
    page.goto(f"{live.issuer}/account/security")
    expect(page.locator("input[name=username]")).to_have_attribute("autocomplete", "username webauthn")
    expect(page.locator("input[name=password]")).to_have_attribute("autocomplete", "current-password")
    give_password(page, jane)  # while the suggestion waits
    page.get_by_role("link", name="Add a passkey").click()
    give_password(page, jane)
    laptop.answers(True)
    press(page, "Add a passkey")
    page.wait_for_url("**/recovery-codes")
    save_codes(page)
    expect(page.get_by_text("saved")).to_be_visible()
    page.context.clear_cookies()
    open_app(page, live)
    expect_signed_in(page, live)
    assert claim(page, "acr").startswith("phr")
    assert '"swk", "user", "mfa"' in claim(page, "amr")


def test_two_passkeys_each_say_where_they_are_and_either_signs_in(
    page: Page, live: Live, session: CDPSession, device: Device
) -> None:
    jane = live.harness.person("jane")
    add_passkey(page, live, jane)
    page.goto(f"{live.issuer}/account/security")
    press(page, "Sign in with a passkey")
    page.get_by_role("link", name="Add a passkey").click()
    press(page, "Sign in with a passkey")
    press(page, "Add a passkey")
    expect(page.get_by_role("alert")).to_have_text("A passkey of this account is on this device already.")
    device.answers(False)
    stick = plug_in(session, transport="usb", defaultBackupEligibility=True, defaultBackupState=False)
    page.fill("input[name=name]", "Blue stick")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your passkey is added")).to_be_visible()
    row = page.get_by_role("listitem").filter(has_text="Blue stick")
    expect(row).to_contain_text("Not backed up yet")
    expect(page.get_by_role("listitem").filter(has_text="My laptop")).to_contain_text("Backed up, and good on your")
    stick.backs_up()
    page.context.clear_cookies()
    page.goto(f"{live.issuer}/account/security")
    press(page, "Sign in with a passkey")
    expect(row).to_contain_text("Backed up, and good on your other devices")
    stick.answers(False)
    device.answers(True)
    page.context.clear_cookies()
    open_app(page, live)
    press(page, "Sign in with a passkey")
    expect_signed_in(page, live)


def test_a_copy_of_a_key_that_counts_is_found_out(page: Page, live: Live, session: CDPSession) -> None:
    page.add_init_script(NO_OFFER)
    stick = plug_in(session, transport="usb", defaultBackupEligibility=False, defaultBackupState=False)
    add_passkey(page, live, live.harness.person("jane"))
    copied = stick.held()
    open_app(page, live)
    press(page, "Sign in with a passkey")
    expect_signed_in(page, live)
    assert '"pop", "user", "mfa"' in claim(page, "amr")
    page.context.clear_cookies()
    stick.forget()
    stick.hold(copied)
    open_app(page, live)
    press(page, "Sign in with a passkey")
    expect(page.get_by_role("alert")).to_contain_text("That passkey did not work here")


@pytest.mark.usefixtures("device")
def test_a_removed_passkey_no_longer_signs_in(page: Page, live: Live) -> None:
    jane = live.harness.person("jane")
    add_passkey(page, live, jane)
    page.goto(f"{live.issuer}/account/security")
    give_password(page, jane)
    press(page, "Use your passkey")
    page.get_by_role("link", name="Rename or remove").click()
    page.click("#remove")
    press(page, "Sign in with a passkey")  # with the last one the second step is turned off: asked anew
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
