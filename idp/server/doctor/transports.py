"""Checks of mail, text messages and WhatsApp, and of undelivered messages. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator

from idp.config import Settings
from idp.kernel.clock import HOUR, MINUTE, Clock
from idp.messaging.codes import SMS, WHATSAPP
from idp.messaging.logout_notifications import BACKCHANNEL_LOGOUT
from idp.messaging.mail import transport_for
from idp.messaging.notices import EMAIL
from idp.messaging.providers.choice import for_channel
from idp.messaging.smtp import Undelivered
from idp.persistence.outbox import OutboxStore
from idp.persistence.transaction import Transaction
from idp.server.doctor.findings import Finding, Level

TITLES = {SMS: "text messages", WHATSAPP: "WhatsApp messages"}
PROVIDER = "Check the provider's settings (IDP_SMS_PROVIDER, IDP_WHATSAPP_PROVIDER and what they need)."


def check_transports(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Check the mail server and each provider, as far as possible without sending."""
    try:
        yield Finding(Level.OK, "mail", transport_for(settings).check())
    except Undelivered as error:
        yield Finding(Level.FAIL, "mail", str(error), "Check IDP_SMTP_URL, and that this machine may connect there.")
    for channel in TITLES:
        if channel not in settings.channels:
            yield Finding(Level.OK, channel, "not configured, so offered to nobody")
            continue
        try:
            yield Finding(Level.OK, channel, for_channel(settings, channel, clock).check())
        except Undelivered as error:
            yield Finding(Level.FAIL, channel, str(error), PROVIDER)


def check_outbox(tx: Transaction) -> Iterator[Finding]:
    """Report messages undelivered for too long: an hour, or a minute for codes. They are counted in the database."""
    outbox, now = tx.outbox, tx.now
    if mails := outbox.count_late(channel=EMAIL, created_before=now - HOUR):
        message = f"{mails} mails wait for more than an hour; the oldest: {_why(outbox, EMAIL)}"
        yield Finding(
            Level.WARN, "mail", message, "Look at the answer of the mail server, below; is `idp serve` running?"
        )
    if apps := outbox.late_recipients(channel=BACKCHANNEL_LOGOUT, created_before=now - HOUR):
        message = f"these apps could not be told of logouts for more than an hour: {', '.join(apps)}"
        yield Finding(Level.WARN, "apps", message, "Look at the address each is registered with: idp clients show ID")
    for channel, title in TITLES.items():
        if texts := outbox.count_late(channel=channel, created_before=now - MINUTE):
            message = f"{texts} {title} wait for more than a minute; the oldest: {_why(outbox, channel)}"
            yield Finding(Level.WARN, channel, message, f"{PROVIDER} Is `idp serve` running?")


def _why(outbox: OutboxStore, channel: str) -> str:
    (oldest,) = outbox.waiting(channel=channel, limit=1)
    return oldest.last_error or "not tried yet"
