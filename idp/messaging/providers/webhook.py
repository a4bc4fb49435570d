"""Any other gateway: each message as JSON, signed as the Standard Webhooks specification has it.

    webhook-id         the same for every try, so that a gateway can recognise a repeated message
    webhook-timestamp  when this try was made
    webhook-signature  "v1," base64( HMAC-SHA-256( key, id "." timestamp "." body ) )

2xx means taken, 422 that this number can never get it; everything else is tried again.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from http import HTTPStatus
from urllib.parse import urlsplit

from idp.config import Settings
from idp.kernel.clock import Clock
from idp.messaging.http_client import Outbound, json_content
from idp.messaging.phone_messages import TextMessage
from idp.messaging.providers.responses import raise_for_status
from idp.messaging.smtp import Rejected

NAME = "The gateway"


class Webhook:
    """One gateway, which gets the messages of every channel that is set to it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._url, self._key, self._clock = settings.message_webhook_url, settings.message_webhook_key, clock
        self._outbound = Outbound.to_provider(self._url)

    def send(self, message: TextMessage) -> None:
        """Post it; raises `Rejected` and `Undelivered`."""
        content = json_content(
            {
                "message_id": message.name,
                "created_at": dt.datetime.fromtimestamp(message.at, dt.UTC).isoformat(),
                "channel": message.channel,
                "recipient": message.recipient,
                "purpose": message.purpose,
                "language": message.language,
                "text": message.text,
                "code": message.code,
            }
        )
        stamp = str(self._clock.now())
        headers = {
            "webhook-id": message.name,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self._key, message.name, stamp, content.body),
        }
        answer = self._outbound.post(self._url, content, headers)
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise Rejected(f"{NAME} answered 422: this number can never get it")
        raise_for_status(NAME, answer)

    def check(self) -> str:
        """Return the host that messages go to. Nothing is tested: that would send. The whole URL may hold a secret."""
        return f"messages go to {urlsplit(self._url).netloc}; not tried, since only a message could tell"


def signature(key: bytes, name: str, stamp: str, body: bytes) -> str:
    """Return the value of `webhook-signature`."""
    signed = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"
