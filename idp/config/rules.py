"""What settings require of each other; problems name the setting and the remedy, never its value."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from idp.config import message_rules
from idp.config.fields import SettingFields
from idp.config.installation import DAY, LOOPBACK
from idp.config.tokens import RESPONSE_TYPES

DATABASES = ("sqlite:///", "postgresql+psycopg://")
IN_MEMORY = ("sqlite:///", "sqlite:///:memory:")
DEFAULT_PORTS = {"http": 80, "https": 443}
LABEL = r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?"
HOST = re.compile(rf"https?://({LABEL}(\.{LABEL})*|\[[0-9a-f:.]+\])(:[0-9]+)?")
"""An origin as browsers send it: names in other scripts as `xn--`."""
MAILBOX = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+|[^\s@<>,;:\"]+@\[[0-9A-Za-z:.]+\]")


def _issuer_problems(settings: SettingFields) -> Iterator[str]:
    """Check the issuer: an https URL without query or fragment (OIDC Discovery section 3) or path."""
    try:
        parts = urlsplit(settings.issuer)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    plain = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in DEFAULT_PORTS or settings.issuer != plain or not HOST.fullmatch(plain) or port == 0:
        yield "IDP_ISSUER: must look like https://id.example.com: lower case, perhaps a port, and nothing behind it"
    elif port == DEFAULT_PORTS[parts.scheme]:
        yield f"IDP_ISSUER: must not end in :{port}, which browsers leave out"
    elif parts.scheme == "http" and settings.mode == "production":
        yield "IDP_ISSUER: must be https in production mode; for a trial on this machine set IDP_MODE=development"
    elif parts.scheme == "http" and parts.hostname not in LOOPBACK:
        yield "IDP_ISSUER: may be http only on localhost"


def _database_problems(settings: SettingFields) -> Iterator[str]:
    if settings.database_url and not settings.database_url.startswith(DATABASES):
        yield "IDP_DATABASE_URL: must begin with sqlite:/// (and a path) or with postgresql+psycopg://"
    elif settings.database_url in IN_MEMORY or (
        settings.database_url.startswith("sqlite:") and "?" in settings.database_url
    ):
        yield "IDP_DATABASE_URL: must name a file behind sqlite:///, and nothing behind it"


def _sender_problems(settings: SettingFields) -> Iterator[str]:
    if not settings.brand.strip() or not settings.brand.isprintable():
        yield "IDP_BRAND: must be a name in one line: it is on every page and in every mail"
    if settings.mail_from and not MAILBOX.fullmatch(settings.mail_from):
        yield "IDP_MAIL_FROM: must be an address such as no-reply@example.com; the name before it is IDP_BRAND"


def _password_problems(settings: SettingFields) -> Iterator[str]:
    if settings.password_min_length > settings.password_min_length_alone:
        yield (
            "IDP_PASSWORD_MIN_LENGTH: must be at most IDP_PASSWORD_MIN_LENGTH_ALONE: "
            "a password with a second step may be shorter, not longer"
        )


def _mail_problems(settings: SettingFields) -> Iterator[str]:
    if not settings.smtp_url:
        if settings.mode == "production":
            yield "IDP_SMTP_URL: must be set in production mode: people are told by mail when their account changes"
        return
    try:
        parts = urlsplit(settings.smtp_url)
        usable = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = None
    if not usable:
        yield "IDP_SMTP_URL: must look like smtp://user:password@mail.example.com:587, or begin with smtps://"


def _key_problems(settings: SettingFields) -> Iterator[str]:
    if settings.key_publish_ahead >= settings.key_rotation_days * DAY:
        yield (
            "IDP_KEY_PUBLISH_AHEAD: must be shorter than IDP_KEY_ROTATION_DAYS: "
            "the next key is published while the present one signs"
        )


def _private_host_problems(settings: SettingFields) -> Iterator[str]:
    if any(host != host.lower() or set(host) & set("/@[]* ") for host in settings.private_host_names):
        yield "IDP_PRIVATE_HOSTS: must be host names in lower case, such as wiki.corp.example,10.0.0.7"


def _ca_bundle_problems(settings: SettingFields) -> Iterator[str]:
    if not settings.ca_bundle:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(settings.ca_bundle)
    except OSError:
        yield "IDP_CA_BUNDLE: must be a file that can be read, with certificates in PEM format"


def _response_type_problems(settings: SettingFields) -> Iterator[str]:
    unknown = set(settings.response_type_names) - set(RESPONSE_TYPES)
    if unknown or "code" not in settings.response_type_names:
        yield f"IDP_RESPONSE_TYPES: must be code, and perhaps others of: {', '.join(RESPONSE_TYPES)}"


def _thread_problems(settings: SettingFields) -> Iterator[str]:
    """Keep two threads that no hash can hold, beside the two places of known browsers."""
    most = settings.worker_threads - 4
    if settings.hash_queue > most:
        yield f"IDP_HASH_QUEUE: must be at most {most}, which is IDP_WORKER_THREADS less 4"


def _certificate_problems(settings: SettingFields) -> Iterator[str]:
    if settings.client_certificate_header and not settings.trusted_proxies:
        yield (
            "IDP_CLIENT_CERTIFICATE_HEADER: needs IDP_TRUSTED_PROXIES: "
            "without a proxy that sets it, anybody could send somebody else's certificate"
        )
    if not settings.client_certificate_header and (settings.client_certificate_authorities or settings.mtls_origin):
        yield "IDP_CLIENT_CERTIFICATE_HEADER: must be set, otherwise no certificate is ever read"
    if settings.mtls_origin and (not settings.mtls_host or settings.mtls_origin != f"https://{_authority(settings)}"):
        yield "IDP_MTLS_ORIGIN: must look like https://mtls.id.example.com: lower case, and nothing behind it"


def _authority(settings: SettingFields) -> str:
    """Return host and port of `mtls_origin`, as a browser would write them."""
    return urlsplit(settings.mtls_origin).netloc.rpartition("@")[2].lower()


def problems(settings: SettingFields) -> list[str]:
    """Return all problems at once."""
    rules = (
        _issuer_problems,
        _database_problems,
        _sender_problems,
        _mail_problems,
        _password_problems,
        _key_problems,
        _certificate_problems,
        _thread_problems,
        _private_host_problems,
        _ca_bundle_problems,
        _response_type_problems,
    )
    return [problem for rule in (*rules, *message_rules.ALL) for problem in rule(settings)]
