"""The transport of mail: an SMTP server.

A transport takes a whole mail or raises `Undelivered`; when it returns, the mail is in somebody else's care.
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
from idp.messaging.rendering import RenderedMail

TIMEOUT = 20
"""Seconds that any one answer of the mail server may take."""
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}


class Undelivered(Exception):
    """The message was not accepted; the text has the reason, for the log and the outbox."""


class Rejected(Undelivered):
    """It was refused for good: trying again is of no use."""


class Transport(Protocol):
    """Anything that takes mail."""

    def send(self, mail: EmailMessage) -> None:
        """Hand the mail over; raises `Undelivered`."""
        ...

    def check(self) -> str:
        """Try without sending; returns what was found, raises `Undelivered`."""
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
        """Hand the mail over; raises `Undelivered`."""
        with self._connection() as server:
            server.send_message(mail)

    def check(self) -> str:
        """Connect, start TLS, sign in and quit; raises `Undelivered`."""
        with self._connection() as server:
            server.noop()
        return f"{self._host}:{self._port} takes mail"

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        try:
            with self._connected() as server:
                if self._user:
                    server.login(self._user, self._password)
                yield server
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # ValueError: an address that cannot stand in a header; smtplib's own errors hold no password.
            message = f"{self._host}:{self._port}: {type(error).__name__}: {error}"
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


def compose(letter: RenderedMail, *, recipient: str, settings: Settings, message_id: str, at: int) -> EmailMessage:
    """The mail itself. `EmailMessage` refuses line breaks in headers, so no value can add a header of its own.

    The `message_id` (without brackets and host) names the outbox row, so that a mail delivered twice can be recognised;
    `at` is when it was enqueued (seconds, UTC). Raises `Undelivered` for an address that cannot be written to.
    """
    mail = EmailMessage()
    try:
        mail["From"] = Address(settings.brand, addr_spec=settings.sender)
        mail["To"] = Address(addr_spec=recipient)
    except (ValueError, IndexError) as error:
        message = f"not an address that mail can be sent to: {error}"
        raise Undelivered(message) from error
    mail["Subject"] = letter.subject
    mail["Date"] = formatdate(at)
    mail["Message-ID"] = f"<{message_id}@{settings.host}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    return mail
