"""Mail transport over SMTP.

A transport accepts a whole mail or raises `Undelivered`.
"""

from __future__ import annotations

import contextlib
import email.policy
import functools
import smtplib
import ssl
from collections.abc import Iterator
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from idp.config import LOOPBACK, Settings
from idp.kernel.email_addresses import envelope_address
from idp.kernel.uris import authority
from idp.messaging.rendering import RenderedMail

TIMEOUT = 20
"""Seconds for each response of the mail server."""
DEFAULT_PORTS = {"smtp": 587, "smtps": 465}


OK, CLOSING = 250, 421
"""Reply codes (RFC 5321 section 4.2.3)."""


class Undelivered(Exception):
    """The message was not accepted; the text is the reason for log and outbox."""


class Rejected(Undelivered):
    """The message was rejected permanently: a retry is useless."""


class Transport(Protocol):
    """A mail transport."""

    def send(self, mail: EmailMessage) -> None:
        """Send the mail; raises `Undelivered`."""
        ...

    def close(self) -> None:
        """End what was kept for the next mail: no more is due."""
        ...

    def check(self) -> str:
        """Test without sending; returns the result, raises `Undelivered`."""
        ...


class SmtpTransport:
    """An SMTP server (RFC 5321); `url` is `smtp://` or `smtps://`. Not to be shared among threads.

    `smtps` is TLS from the first byte (RFC 8314), `smtp` means STARTTLS, both with a verified certificate. Without
    TLS mail goes to this machine only: notices, links and codes must not cross a network readable. The connection is
    kept until `close`: several mails that are due at once need one TLS handshake.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._implicit_tls = parts.hostname or "localhost", parts.scheme == "smtps"
        self._port = parts.port or DEFAULT_PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._server: smtplib.SMTP | None = None

    def send(self, mail: EmailMessage) -> None:
        """Send the mail; raises `Undelivered`."""
        with self._translated_failures():
            reused = self._server is not None
            try:
                self._usable_server().send_message(mail)
            except smtplib.SMTPSenderRefused as error:
                if not reused or error.smtp_code != CLOSING:
                    raise
                # Refused before the mail was sent: this connection had all the mails that its server takes.
                self.close()
                self._usable_server().send_message(mail)

    def close(self) -> None:
        """End the connection, if there is one."""
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def check(self) -> str:
        """Connect and log in without sending; raises `Undelivered`."""
        with self._translated_failures():
            self._usable_server().noop()
        self.close()
        return f"{authority(self._host, self._port)} takes mail"

    @contextlib.contextmanager
    def _translated_failures(self) -> Iterator[None]:
        """Raise `Undelivered` for a failure, whose connection is not used again."""
        try:
            yield
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # ValueError: an address that cannot stand in a header; smtplib's own errors hold no password.
            self.close()
            message = f"{authority(self._host, self._port)}: {type(error).__name__}: {error}"
            raise Undelivered(message) from error

    def _usable_server(self) -> smtplib.SMTP:
        """Return the connection of the last mail while it is alive, else a new one."""
        if self._server is not None and not _is_alive(self._server):
            self.close()
        if self._server is None:
            self._server = self._connected()
            if self._user:
                self._server.login(self._user, self._password)
        return self._server

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


def _is_alive(server: smtplib.SMTP) -> bool:
    """Whether the server still answers: many end a connection that is idle for some seconds."""
    try:
        return server.noop()[0] == OK
    except (OSError, smtplib.SMTPException):
        return False


REPEATED = frozenset({"content-type", "content-transfer-encoding", "mime-version", "auto-submitted"})
"""Headers that are alike in all mails; the library parses each a dozen times a mail."""


class _Headers(HeaderRegistry):
    """Builds the class of each header once, and parses `REPEATED` ones once.

    The library builds and parses them anew for each mail, which is half of its cost.
    """

    def __call__(self, name: str, value: Any) -> BaseHeader:  # noqa: ANN401 - the library's signature
        """Return the header object; it never changes."""
        return self._parse_once(name, value) if name.lower() in REPEATED else super().__call__(name, value)

    @functools.lru_cache(maxsize=64)  # noqa: B019 - there is one registry
    def _parse_once(self, name: str, value: str) -> BaseHeader:
        return super().__call__(name, value)

    @functools.cache  # noqa: B019 - there is one registry
    def __getitem__(self, name: str) -> type:
        return super().__getitem__(name)


POLICY = email.policy.default.clone(header_factory=_Headers())


def compose(rendered: RenderedMail, *, recipient: str, settings: Settings, message_id: str, at: int) -> EmailMessage:
    """Create the mail. `EmailMessage` refuses line breaks in headers, so values cannot inject one.

    `message_id` (without brackets and host) identifies duplicates; `at` is the time of enqueuing (seconds, UTC). Raises
    `Undelivered` for an invalid address.
    """
    mail = EmailMessage(POLICY)
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
