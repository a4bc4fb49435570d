"""Text messages and WhatsApp by Twilio (Programmable Messaging, API 2010-04-01).

WhatsApp lets a business begin a conversation with an approved template only, so there the code alone is sent, as the
one variable of the content template that the operator had approved.
"""

from __future__ import annotations

import base64
import json

from idp.config import Settings
from idp.messaging.codes import SMS
from idp.messaging.http_client import Outbound, form_content
from idp.messaging.phone_messages import TextMessage
from idp.messaging.providers.responses import number_in, raise_for_status

NAME = "Twilio"
SERVICE = "MG"
"""What the id of a messaging service begins with; anything else is a sender's own number or name."""
NEVER = frozenset({21211, 21266, 21268, 21610, 21614, 63024})
"""Not a number, our own, a premium one, opted out, not mobile; not on WhatsApp (twilio.com/docs/api/errors)."""


class Twilio:
    """One account; `channel` selects the form of the request."""

    def __init__(self, settings: Settings, channel: str) -> None:
        self._settings, self._channel = settings, channel
        self._account = f"{settings.twilio_url}/2010-04-01/Accounts/{settings.twilio_account_sid}"
        self._headers = {"Authorization": _basic(settings.twilio_account_sid, settings.twilio_auth_token)}
        self._outbound = Outbound.to_provider(settings.twilio_url)

    def send(self, message: TextMessage) -> None:
        """Create a message resource; raises `Rejected` and `Undelivered`."""
        fields = self._sms(message) if self._channel == SMS else self._whatsapp(message)
        answer = self._outbound.post(f"{self._account}/Messages.json", form_content(fields), self._headers)
        raise_for_status(NAME, answer, error=number_in(answer, "code"), never=NEVER)

    def check(self) -> str:
        """Look the account up: that needs the same credentials, and sends nothing."""
        answer = self._outbound.get(f"{self._account}.json", self._headers)
        raise_for_status(NAME, answer, error=number_in(answer, "code"))
        return f"{NAME} knows the account"

    def _sms(self, message: TextMessage) -> dict[str, str]:
        sender = self._settings.twilio_sms_from
        field = "MessagingServiceSid" if sender.startswith(SERVICE) else "From"
        return {"To": message.recipient, field: sender, "Body": message.text}

    def _whatsapp(self, message: TextMessage) -> dict[str, str]:
        return {
            "To": f"whatsapp:{message.recipient}",
            "From": f"whatsapp:{self._settings.twilio_whatsapp_from}",
            "ContentSid": self._settings.twilio_content_sid,
            "ContentVariables": json.dumps({"1": message.code}),
        }


def _basic(user: str, password: str) -> str:
    """Encode credentials of Basic authentication (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
