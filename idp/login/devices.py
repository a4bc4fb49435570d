"""Recognising a browser, and remembering a device for a person.

The cookie is `<id>.<secret>`; the secret is rotated at every completed sign-in. An outdated secret means that the
cookie was copied: the browser is then no longer trusted for anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event
from idp.kernel import user_agents
from idp.kernel.clock import DAY, MINUTE
from idp.kernel.entropy import Entropy
from idp.kernel.handles import constant_time_equal, digest
from idp.persistence.devices import Browser, Device
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

GRACE = MINUTE
"""Seconds in which the previous secret is still accepted: two tabs may complete their sign-ins at the same moment."""
MOST_PEOPLE = 20
"""People of one browser who are looked at."""
CREDENTIALS_CHANGED = "credentials changed"
"""Why devices were forgotten, in the audit trail."""


def recognise_device(tx: Transaction, cookie: str | None, user_id: str) -> Device | None:
    """Return this person's device in the browser whose cookie this is, if they ever completed a sign-in there.

    One statement, also for an id that nobody has: another number would tell which names exist.
    """
    browser_id, secret = _parse_cookie(cookie)
    browser, device = tx.devices.with_browser(browser_id, user_id) if secret else (None, None)
    return device if browser is not None and _is_valid(browser, secret, tx.now) else None


def recognise_people(tx: Transaction, cookie: str | None) -> list[str]:
    """Return the ids of those who used the browser with this cookie last, at most `MOST_PEOPLE`; one statement."""
    browser_id, secret = _parse_cookie(cookie)
    found = tx.devices.of_browser(browser_id, limit=MOST_PEOPLE) if secret else []
    return [device.user_id for browser, device in found if _is_valid(browser, secret, tx.now)]


def recognise_or_distrust(tx: Transaction, cookie: str | None) -> Browser | None:
    """Return the browser whose cookie this is; stop trusting one whose cookie is an outdated copy."""
    browser_id, secret = _parse_cookie(cookie)
    browser = tx.devices.browser(browser_id) if secret else None
    if browser is None or _is_valid(browser, secret, tx.now):
        return browser
    if tx.devices.distrust(browser_id=browser.id):
        audit.record(tx, Event.DEVICE_COPIED, browser_id=browser.id)
    return None


@dataclass(frozen=True)
class DeviceRegistration:
    """A person's device, the new cookie value, and whether it is their first sign-in in this browser."""

    device: Device
    cookie: str
    new: bool


def register_device(tx: Transaction, entropy: Entropy, user: User, browser: Browser | None) -> DeviceRegistration:
    """Store a completed sign-in in this browser (None: a new one), and rotate its secret."""
    secret = entropy.token()
    if browser is not None and tx.devices.rotate_secret(browser, digest(secret)):
        browser_id = browser.id
    else:
        browser_id = entropy.token(12)
        tx.devices.add_browser(browser_id, digest(secret))
    device = Device(
        id=entropy.token(12),
        user_id=user.id,
        browser_id=browser_id,
        name=str(user_agents.browser_name(tx.origin.user_agent)),
    )
    stored = tx.devices.record_seen(device)
    # Of two tabs that complete at once only one row is stored, so only one sends the alert.
    return DeviceRegistration(stored, f"{browser_id}.{secret}", new=stored.id == device.id)


def remember(tx: Transaction, device: Device, user: User, *, proven_at: int, days: int) -> None:
    """Let this device skip the second step for `days` days from the moment it was given."""
    until = proven_at + days * DAY
    tx.devices.trust(user.id, device.browser_id, proven_at=proven_at, until=until, epoch=user.epoch)
    audit.record(tx, Event.DEVICE_REMEMBERED, user_id=user.id, device_id=device.id, until=until)


def forget_devices(tx: Transaction, user_id: str) -> bool:
    """Stop remembering a person's devices, after a change of what protects the account; audit it if there were any.

    Returns whether there were, for the notice of the change.
    """
    forgotten = tx.devices.distrust(user_id=user_id)
    if forgotten:
        audit.record(tx, Event.DEVICE_FORGOTTEN, user_id=user_id, devices=forgotten, reason=CREDENTIALS_CHANGED)
    return forgotten > 0


def _parse_cookie(cookie: str | None) -> tuple[str, str]:
    """Return id and secret of a browser; both empty when the cookie is none of ours."""
    browser_id, _, secret = (cookie or "").partition(".")
    return (browser_id, secret) if browser_id and secret else ("", "")


def _is_valid(browser: Browser, secret: str, now: int) -> bool:
    shown = digest(secret)
    if constant_time_equal(shown, browser.secret_digest):
        return True
    return (
        browser.previous_digest is not None
        and constant_time_equal(shown, browser.previous_digest)
        and now < browser.rotated_at + GRACE
    )
