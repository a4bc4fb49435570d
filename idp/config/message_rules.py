"""What the settings of message providers require: completeness, format and TLS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from idp.config.fields import SettingFields
from idp.config.installation import LOOPBACK

REQUIRED_WITH_PROVIDER = {
    ("sms_provider", "twilio"): ("twilio_account_sid", "twilio_auth_token", "twilio_sms_from"),
    ("sms_provider", "webhook"): ("message_webhook_url", "message_webhook_secret"),
    ("whatsapp_provider", "twilio"): (
        *("twilio_account_sid", "twilio_auth_token", "twilio_whatsapp_from", "twilio_content_sid"),
    ),
    ("whatsapp_provider", "meta"): ("whatsapp_phone_number_id", "whatsapp_access_token", "whatsapp_template"),
    ("whatsapp_provider", "webhook"): ("message_webhook_url", "message_webhook_secret"),
}
PATTERNS = {
    "twilio_account_sid": (r"AC[0-9a-fA-F]{32}", "must be an account SID: AC and 32 hexadecimal digits"),
    "twilio_auth_token": (r"[!-~]+", "must be one word, without spaces or line breaks"),
    "twilio_sms_from": (
        r"\+[1-9]\d{6,14}|MG[0-9a-fA-F]{32}|[A-Za-z0-9 ]{1,11}",
        "must be a number such as +14155550100, a messaging service SID (MG…), or a sender's name",
    ),
    "twilio_whatsapp_from": (r"\+[1-9]\d{6,14}", "must be a number such as +14155550100"),
    "twilio_content_sid": (r"HX[0-9a-fA-F]{32}", "must be a content SID: HX and 32 hexadecimal digits"),
    "whatsapp_phone_number_id": (r"\d+", "must be the id of the number (digits alone), not the number itself"),
    "whatsapp_access_token": (r"[!-~]+", "must be one word, without spaces or line breaks"),
    "whatsapp_template": (r"[a-z0-9_]+", "must be the name of a template: lower case, digits and _"),
    "whatsapp_template_languages": (
        r"[a-z]{2,3}(_[A-Z]{2,3})?(, *[a-z]{2,3}(_[A-Z]{2,3})?)*",
        "must be languages as Meta writes them, such as en_US,de",
    ),
}
NEVER_EMPTY = ("whatsapp_template_languages",)
OPTIONAL = ("message_webhook_url",)
URL_SETTINGS = ("twilio_url", "meta_url", *OPTIONAL)
MIN_KEY_BYTES = 24
"""Bytes (Standard Webhooks): 32 characters of base64."""


def provider_problems(settings: SettingFields) -> Iterator[str]:
    """Report missing settings of the selected providers."""
    means = type(settings).model_fields
    for (choice, provider), needed in REQUIRED_WITH_PROVIDER.items():
        if getattr(settings, choice) == provider:
            for name in needed:
                if not getattr(settings, name):
                    chosen = f"IDP_{choice.upper()} is {provider}"
                    yield f"IDP_{name.upper()}: must be set, since {chosen}. {means[name].description}"


def format_problems(settings: SettingFields) -> Iterator[str]:
    """Report badly formatted values; a pasted line break would otherwise end up in a header."""
    for name, (form, sentence) in PATTERNS.items():
        value = getattr(settings, name)
        if (value or name in NEVER_EMPTY) and not re.fullmatch(form, value):
            yield f"IDP_{name.upper()}: {sentence}"


def url_problems(settings: SettingFields) -> Iterator[str]:
    """Report URLs without TLS: codes and credentials must not cross a network unencrypted."""
    for name in URL_SETTINGS:
        value = getattr(settings, name)
        try:
            parts = urlsplit(value)
            usable = parts.hostname and parts.port != 0 and "@" not in parts.netloc and not parts.fragment
        except ValueError:
            parts, usable = urlsplit(""), None
        if not value and name in OPTIONAL:
            continue
        if not usable or not re.fullmatch(r"[!-~]+", value):
            yield f"IDP_{name.upper()}: must look like https://api.example.com, without a name or password"
        elif parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            yield f"IDP_{name.upper()}: must begin with https://; http is for this machine alone"


def secret_problems(settings: SettingFields) -> Iterator[str]:
    """Report a weak webhook key: whoever guesses it can sign messages as this server."""
    try:
        usable = not settings.message_webhook_secret or len(settings.message_webhook_key) >= MIN_KEY_BYTES
    except ValueError:
        usable = False
    if not usable:
        yield (
            "IDP_MESSAGE_WEBHOOK_SECRET: must be a key in base64 of at least 32 characters; "
            "make one with: openssl rand -base64 32"
        )


ALL = (provider_problems, format_problems, url_problems, secret_problems)
