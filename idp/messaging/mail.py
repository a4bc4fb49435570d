"""Delivery of outbox messages as mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from idp.config import Settings
from idp.messaging.development_mailbox import Mailbox
from idp.messaging.rendering import Renderer
from idp.messaging.smtp import SmtpTransport, Transport, compose
from idp.persistence.outbox import OutboxMessage


class Mailer:
    """Sends the messages of the channel `email`."""

    def __init__(
        self, *, settings: Settings, renderer: Renderer, transport: Transport, offer: Callable[[Mapping[str, Any]], str]
    ) -> None:
        """Create a mailer; `create_link` makes the link that ends the session in a message's context."""
        self._settings, self._renderer, self._transport, self._offer = settings, renderer, transport, offer

    def send(self, message: OutboxMessage) -> None:
        """Render and send the mail; raises `Undelivered`."""
        context = message.context
        path = self._offer(context) if "sid" in context else ""
        rendered = self._renderer.render_mail(message.template, context, path=path)
        mail = compose(
            rendered,
            recipient=message.recipient,
            settings=self._settings,
            message_id=message.name,
            at=message.created_at,
        )
        self._transport.send(mail)

    def disconnect(self) -> None:
        """End the connection to the mail server until more is due."""
        self._transport.close()


def transport_for(settings: Settings) -> Transport:
    """Return the configured transport. Production always has an SMTP server (`config.rules`)."""
    return SmtpTransport(settings.smtp_url) if settings.smtp_url else Mailbox.from_settings(settings)
