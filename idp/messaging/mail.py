"""Mail: a message of the outbox becomes a letter, and leaves by a transport."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from idp.config import Settings
from idp.messaging.mailbox import Mailbox
from idp.messaging.rendering import Renderer
from idp.messaging.transports import SmtpTransport, Transport, compose
from idp.persistence.outbox import OutboxMessage


class Mailer:
    """Sends the messages of the channel `email`."""

    def __init__(
        self, *, settings: Settings, renderer: Renderer, transport: Transport, offer: Callable[[Mapping[str, Any]], str]
    ) -> None:
        """Be ready to send; `offer` makes the link that ends the session a message's context names."""
        self._settings, self._renderer, self._transport, self._offer = settings, renderer, transport, offer

    def send(self, message: OutboxMessage) -> None:
        """Write the letter and hand it over; raises `Undelivered`."""
        context = message.context
        path = self._offer(context) if "sid" in context else ""
        letter = self._renderer.render_mail(message.template, context, path=path)
        mail = compose(
            letter,
            recipient=message.recipient,
            settings=self._settings,
            message_id=message.name,
            at=message.created_at,
        )
        self._transport.send(mail)


def transport_for(settings: Settings) -> Transport:
    """The transport that the settings ask for. Production always has an SMTP server: `config` sees to that."""
    return SmtpTransport(settings.smtp_url) if settings.smtp_url else Mailbox.from_settings(settings)
