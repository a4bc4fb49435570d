"""Text messages and WhatsApp: a message of the outbox becomes a short text, and leaves by a provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from idp.messaging.rendering import Renderer
from idp.persistence.outbox import OutboxMessage


@dataclass(frozen=True)
class TextMessage:
    """What a provider is given. WhatsApp's own templates need the code alone, everybody else sends the text."""

    name: str
    """The same for every try, and never again for another message."""
    channel: str
    recipient: str
    """An E.164 number, such as +14155550100."""
    text: str
    code: str
    purpose: str
    language: str
    """A tag of `idp.language.tags`."""
    at: int
    """When it was enqueued (seconds, UTC)."""


class Provider(Protocol):
    """Anything that takes short texts."""

    def send(self, message: TextMessage) -> None:
        """Hand it over; raises `Undelivered`, or `Rejected` when this number can never get it."""
        ...

    def check(self) -> str:
        """Try without sending, as far as that can be; returns what was found, raises `Undelivered`."""
        ...


class Texter:
    """Sends the messages of the channels `sms` and `whatsapp`."""

    def __init__(self, *, renderer: Renderer, provider: Provider) -> None:
        self._renderer, self._provider = renderer, provider

    def send(self, message: OutboxMessage) -> None:
        """Write the text and hand it over; raises `Undelivered`."""
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
