"""Mail transport over SMTP.

A transport accepts a whole mail or raises `Undelivered`.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from typing import Protocol
from urllib.parse import unquote, urlsplit

from idp.config import LOOPBACK, Settings
from idp.kernel.authority import authority
from idp.kernel.email_addresses import envelope_address
from idp.messaging.rendering import RenderedMail

TIMEOUT = 20
"""Seconds for each response of the mail server."""
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}


class Undelivered(Exception):
    """The message was not accepted; the text is the reason for log and outbox."""


class Rejected(Undelivered):
    """The message was rejected permanently: a retry is useless."""


class Transport(Protocol):
    """A mail transport."""

    def send(self, mail: EmailMessage) -> None:
        """Send the mail; raises `Undelivered`."""
        ...

    def check(self) -> str:
        """Test without sending; returns the result, raises `Undelivered`."""
        ...


class SmtpTransport:
    """An SMTP server (RFC 5321), one connection per mail; `url` is `smtp://` or `smtps://`.

    `smtps` is TLS from the first byte (RFC 8314), `smtp` means STARTTLS, both with a verified certificate. Without
    TLS mail goes to this machine only: notices, links and codes must not cross a network readable.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._implicit_tls = parts.hostname or "localhost", parts.scheme == "smtps"
        self._port = parts.port or DEFAULT_PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, mail: EmailMessage) -> None:
        """Send the mail; raises `Undelivered`."""
        with self._connection() as server:
            server.send_message(mail)

    def check(self) -> str:
        """Connect and log in without sending; raises `Undelivered`."""
        with self._connection() as server:
            server.noop()
        return f"{authority(self._host, self._port)} takes mail"

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        try:
            with self._connected() as server:
                if self._user:
                    server.login(self._user, self._password)
                yield server
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # ValueError: an address that cannot stand in a header; smtplib's own errors hold no password.
            message = f"{authority(self._host, self._port)}: {type(error).__name__}: {error}"
            raise Undelivered(message) from error

    def _connected(self) -> smtplib.SMTP:
        if self._implicit_tls:
            tls = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=tls)
        server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        if self._host not in LOOPBACK:
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


def compose(rendered: RenderedMail, *, recipient: str, settings: Settings, message_id: str, at: int) -> EmailMessage:
    """Create the mail. `EmailMessage` refuses line breaks in headers, so values cannot inject one.

    `message_id` (without brackets and host) identifies duplicates; `at` is the time of enqueuing (seconds, UTC). Raises
    `Undelivered` for an invalid address.
    """
    mail = EmailMessage()
    try:
        mail["From"] = Address(settings.brand, addr_spec=envelope_address(settings.sender))
        mail["To"] = Address(addr_spec=envelope_address(recipient))
    except (ValueError, IndexError) as error:
        message = f"not an address that mail can be sent to: {error}"
        raise Undelivered(message) from error
    mail["Subject"] = rendered.subject
    mail["Date"] = formatdate(at)
    mail["Message-ID"] = f"<{message_id}@{settings.mail_domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    return mail
