"""The choice of a provider for each channel."""

from __future__ import annotations

from idp.config import Settings
from idp.kernel.clock import Clock
from idp.messaging.codes import SMS
from idp.messaging.development_mailbox import Mailbox, MailboxProvider
from idp.messaging.phone_messages import Provider
from idp.messaging.providers.meta import Meta
from idp.messaging.providers.twilio import Twilio
from idp.messaging.providers.webhook import Webhook


def for_channel(settings: Settings, channel: str, clock: Clock) -> Provider:
    """Return the provider of one of `settings.channels`; without one, the mailbox of development mode."""
    name = settings.sms_provider if channel == SMS else settings.whatsapp_provider
    if name == "twilio":
        return Twilio(settings, channel)
    if name == "meta":
        return Meta(settings)
    if name == "webhook":
        return Webhook(settings, clock)
    return MailboxProvider(Mailbox.from_settings(settings), settings)
