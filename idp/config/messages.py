"""Settings of outgoing messages: mail, text messages, WhatsApp, and the hosts that may be called."""

from __future__ import annotations

import base64
from typing import Literal

from pydantic import BaseModel, Field

WEBHOOK_PREFIX = "whsec_"
"""Optional prefix of the key, which lets people and secret scanners recognise it."""


class Messages(BaseModel):
    """Mail and message providers. A channel that is not configured is not offered."""

    smtp_url: str = Field(
        "",
        description=(
            "`smtp://user:password@host:587` (STARTTLS; without TLS on localhost only) or `smtps://…:465`. "
            "Empty in development: mail is kept in `data_dir/mailbox`."
        ),
    )
    mail_from: str = Field("", description="Sender of mail. Default: `no-reply@` the issuer's host.")
    email_codes: bool = Field(default=True, description="Whether a code by email may be a second step.")
    sms_provider: Literal["", "twilio", "webhook"] = Field(
        "", description="Who delivers codes by text message. Empty: in development a local mailbox, else nobody."
    )
    whatsapp_provider: Literal["", "meta", "twilio", "webhook"] = Field(
        "", description="Who delivers codes by WhatsApp. Empty: in development a local mailbox, else nobody."
    )
    twilio_account_sid: str = Field("", description="Twilio account SID (`AC…`).")
    twilio_auth_token: str = Field("", description="Twilio auth token.")
    twilio_sms_from: str = Field("", description="Sender of text messages: a number or a messaging service SID.")
    twilio_whatsapp_from: str = Field("", description="Sender of WhatsApp messages: a number.")
    twilio_content_sid: str = Field(
        "", description="Twilio content template (`HX…`) of the authentication message; variable 1 is the code."
    )
    twilio_url: str = Field("https://api.twilio.com", description="Where Twilio's API is.")
    whatsapp_phone_number_id: str = Field("", description="Meta's id of the sending WhatsApp number.")
    whatsapp_access_token: str = Field("", description="Access token for Meta's WhatsApp Cloud API.")
    whatsapp_template: str = Field("", description="Name of the approved authentication template.")
    whatsapp_template_languages: str = Field(
        "en",
        description="Languages that template is approved in, separated by commas; the first serves everybody else.",
    )
    meta_url: str = Field("https://graph.facebook.com/v23.0", description="Where Meta's Graph API is, with version.")
    message_webhook_url: str = Field(
        "", description="Your own gateway: gets each message of a channel set to `webhook` as signed JSON."
    )
    message_webhook_secret: str = Field(
        "",
        description=(
            "Key of that signature in base64, at least 32 characters, perhaps with `whsec_` before it, "
            "as Standard Webhooks has it."
        ),
    )
    private_hosts: str = Field(
        "",
        description=(
            "Hosts of apps inside your own network that this server may call, separated by commas: to notify them of "
            "a logout, and to fetch their keys and requests. All other addresses of apps must be public."
        ),
    )
    ca_bundle: str = Field(
        "",
        description=(
            "File of certificates (PEM) that are trusted when apps are called, beside those of the system: "
            "of your own certificate authority."
        ),
    )

    @property
    def whatsapp_languages(self) -> list[str]:
        """Return `whatsapp_template_languages` as a list."""
        return [language.strip() for language in self.whatsapp_template_languages.split(",")]

    @property
    def message_webhook_key(self) -> bytes:
        """Decode `message_webhook_secret` (Standard Webhooks); raises `ValueError` for bad base64."""
        return base64.b64decode(self.message_webhook_secret.removeprefix(WEBHOOK_PREFIX), validate=True)

    @property
    def private_host_names(self) -> frozenset[str]:
        """Return `private_hosts` as a set."""
        return frozenset(host.strip() for host in self.private_hosts.split(",") if host.strip())
