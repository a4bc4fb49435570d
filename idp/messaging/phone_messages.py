"""Delivery of outbox messages as text messages and WhatsApp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from idp.messaging.rendering import Renderer
from idp.persistence.outbox import OutboxMessage


@dataclass(frozen=True)
class TextMessage:
    """A message for a provider. WhatsApp templates need only the code, other providers the text."""

    name: str
    """The same for every retry, and unique per message."""
    channel: str
    recipient: str
    """An E.164 number, such as +14155550100."""
    text: str
    code: str
    purpose: str
    language: str
    """A tag of `idp.language.tags`."""
    at: int
    """Time of enqueuing (seconds, UTC)."""


class Provider(Protocol):
    """A provider of text messages."""

    def send(self, message: TextMessage) -> None:
        """Send the message; raises `Undelivered`, or `Rejected` when this number can never get it."""
        ...

    def check(self) -> str:
        """Test without sending, as far as possible; returns the result, raises `Undelivered`."""
        ...


class Texter:
    """Sends the messages of the channels `sms` and `whatsapp`."""

    def __init__(self, *, renderer: Renderer, provider: Provider) -> None:
        self._renderer, self._provider = renderer, provider

    def send(self, message: OutboxMessage) -> None:
        """Render and send the message; raises `Undelivered`."""
        note = self._renderer.render_text(message.template, message.context, channel=message.channel)
        self._provider.send(
            TextMessage(
                name=message.name,
                channel=message.channel,
                recipient=message.recipient,
                text=note.text,
                code=note.code,
                purpose=message.context["purpose"],
                language=message.context["language"],
                at=message.created_at,
            )
        )
