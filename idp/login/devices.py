"""Recognising a browser, and remembering a device for the person who asked for it.

The browser holds `<id>.<secret>`; the secret changes at every finished sign-in. An outdated secret is a copy of the
cookie, in whoever's hands: everything that trusted this browser stops doing so.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event
from idp.kernel import user_agents
from idp.kernel.clock import DAY, MINUTE
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest, same
from idp.persistence.devices import Browser, Device
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

GRACE = MINUTE
"""Seconds in which the previous secret is still good: two tabs finish their sign-ins at the same moment."""


@dataclass(frozen=True)
class RecognisedBrowser:
    """A browser that showed a good secret."""

    browser: Browser

    def find_device(self, tx: Transaction, user: User) -> Device | None:
        """This person on this browser, if they ever finished a sign-in here."""
        return tx.devices.find(user.id, self.browser.id)


def recognise_browser(tx: Transaction, cookie: str | None) -> RecognisedBrowser | None:
    """The browser whose cookie this is; changes nothing."""
    browser_id, _, secret = (cookie or "").partition(".")
    browser = tx.devices.browser(browser_id) if browser_id and secret else None
    if browser is None or not _good(browser, secret, tx.now):
        return None
    return RecognisedBrowser(browser)


def distrust_copies(tx: Transaction, cookie: str | None) -> None:
    """End a browser's trust when its cookie turns out to be an outdated copy."""
    browser_id, _, secret = (cookie or "").partition(".")
    browser = tx.devices.browser(browser_id) if browser_id and secret else None
    if browser is not None and not _good(browser, secret, tx.now) and tx.devices.distrust(browser_id=browser.id):
        audit.record(tx, Event.DEVICE_COPIED, browser_id=browser.id)


@dataclass(frozen=True)
class DeviceRegistration:
    """The person's device, the browser's new cookie value, and whether the person was never seen here before."""

    device: Device
    cookie: str
    new: bool


def register_device(tx: Transaction, entropy: Entropy, user: User, cookie: str | None) -> DeviceRegistration:
    """Note a finished sign-in here."""
    known = recognise_browser(tx, cookie)
    secret = entropy.token()
    if known is not None and tx.devices.rotate_secret(known.browser, digest(secret)):
        browser_id = known.browser.id
    else:
        browser_id = entropy.token(12)
        tx.devices.add_browser(browser_id, digest(secret))
    device = Device(
        id=entropy.token(12), user_id=user.id, browser_id=browser_id, name=str(user_agents.name(tx.origin.user_agent))
    )
    tx.devices.record_seen(device)
    kept = tx.devices.find(user.id, browser_id) or device
    # Of two tabs finishing at once only one has its row kept, so that one of them tells.
    return DeviceRegistration(kept, f"{browser_id}.{secret}", new=kept.id == device.id)


def remember(tx: Transaction, device: Device, user: User, *, proven_at: int, days: int) -> None:
    """Let this device skip the second step for `days` days from the moment it was given."""
    until = proven_at + days * DAY
    tx.devices.trust(user.id, device.browser_id, proven_at=proven_at, until=until, epoch=user.epoch)
    audit.record(tx, Event.DEVICE_REMEMBERED, user_id=user.id, device_id=device.id, until=until)


def _good(browser: Browser, secret: str, now: int) -> bool:
    shown = digest(secret)
    if same(shown, browser.secret_digest):
        return True
    return (
        browser.previous_digest is not None
        and same(shown, browser.previous_digest)
        and now < browser.rotated_at + GRACE
    )
