"""WhatsApp by Meta's Cloud API: an authentication template, approved by Meta in one or more languages.

The code is in it twice, as the documentation requires: in the text, and in the button that copies it.
"""

from __future__ import annotations

from typing import Any

from idp.config import Settings
from idp.messaging.http_client import Outbound, json_content
from idp.messaging.phone_messages import TextMessage
from idp.messaging.providers.responses import number_in, raise_for_status

NAME = "WhatsApp"
NEVER = frozenset({131021, 131026})
"""Our own number; a number that WhatsApp cannot deliver to, mostly because it has no WhatsApp."""


class Meta:
    """One sending number."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._number = f"{settings.meta_url}/{settings.whatsapp_phone_number_id}"
        self._headers = {"Authorization": f"Bearer {settings.whatsapp_access_token}"}
        self._outbound = Outbound.to_provider(settings.meta_url)

    def send(self, message: TextMessage) -> None:
        """Send the template; raises `Rejected` and `Undelivered`."""
        answer = self._outbound.post(f"{self._number}/messages", json_content(self._template(message)), self._headers)
        raise_for_status(NAME, answer, error=number_in(answer, "error", "code"), never=NEVER)

    def check(self) -> str:
        """Look the sending number up: that needs the same token, and sends nothing."""
        answer = self._outbound.get(f"{self._number}?fields=id", self._headers)
        raise_for_status(NAME, answer, error=number_in(answer, "error", "code"))
        return f"{NAME} knows the sending number"

    def _template(self, message: TextMessage) -> dict[str, Any]:
        code = [{"type": "text", "text": message.code}]
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.recipient.removeprefix("+"),
            "type": "template",
            "template": {
                "name": self._settings.whatsapp_template,
                "language": {"code": nearest(message.language, self._settings.whatsapp_languages)},
                "components": [
                    {"type": "body", "parameters": code},
                    {"type": "button", "sub_type": "url", "index": "0", "parameters": code},
                ],
            },
        }


def nearest(wanted: str, approved: list[str]) -> str:
    """Return the approved language (such as `pt_BR`) that somebody who reads `wanted` reads best; else the first."""
    exact = [one for one in approved if one.replace("_", "-").lower() == wanted.lower()]
    alike = [one for one in approved if one.partition("_")[0] == wanted.partition("-")[0].lower()]
    return [*exact, *alike, *approved][0]
