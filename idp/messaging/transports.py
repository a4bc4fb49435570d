"""The ways out: an SMTP server, or a folder of files while developing.

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
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from idp.config import LOOPBACK, Settings
from idp.messaging.rendering import Letter

TIMEOUT = 20
"""Seconds that any one answer of the mail server may take."""
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}


class Undelivered(Exception):
    """The message was not taken; this says why, for the log and the outbox."""


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
    TLS mail goes to this machine only: security notices and, later, codes must not cross a network readable.
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
        """Connect, secure, sign in and say goodbye; raises `Undelivered`."""
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


class MailboxTransport:
    """Writes each mail to a folder as an .eml file that any mail program opens. Development mode only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: EmailMessage) -> None:
        """Write it; the same mail again replaces its own file. Raises `Undelivered`."""
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        unfinished = self._folder / f".{name}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.write_bytes(bytes(mail))
            unfinished.replace(self._folder / f"{name}.eml")
        except OSError as error:
            message = f"{self._folder}: {error}"
            raise Undelivered(message) from error

    def check(self) -> str:
        """Say where mail is kept."""
        return f"mail is kept in {self._folder} (development mode)"


def for_settings(settings: Settings) -> Transport:
    """The transport that the settings ask for. Production always has an SMTP server: `config` sees to that."""
    if settings.smtp_url:
        return SmtpTransport(settings.smtp_url)
    if settings.mode == "production":
        message = "production mode needs an SMTP server"
        raise ValueError(message)
    return MailboxTransport(settings.data_dir / "mailbox")


def compose(letter: Letter, *, recipient: str, settings: Settings, message_id: str, at: int) -> EmailMessage:
    """The mail itself. `EmailMessage` refuses line breaks in headers, so no value can add a header of its own.

    The `message_id` (without brackets and host) names the promise, so that a mail delivered twice can be recognised;
    `at` is when it was promised (seconds, UTC). Raises `Undelivered` for an address that cannot be written to.
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
