"""A real SMTP server on this machine that keeps what it is given."""

import asyncio
import contextlib
import datetime as dt
import email
import email.policy
import queue
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.command import free_port

ACCEPTED = "250 OK"


def text_of(mail: EmailMessage, form: str = "plain") -> str:
    """What a mail says, in one of its two forms: `plain` or `html`."""
    body = mail.get_body((form,))
    assert body is not None, mail.get_content_type()
    return str(body.get_content())


class MailServer:
    """`mails` are those taken so far, `recipients` those of their envelopes.

    `answer` is what the next ones are told; `hangs` keeps callers waiting; `takes` is the seconds that each mail takes.
    `connections` counts them; `patience` is the seconds after which an idle one is ended, `most` how many mails one may
    bring.
    """

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self.answer = ACCEPTED
        self.mails: queue.Queue[EmailMessage] = queue.Queue()
        self.recipients: list[str] = []
        self.hangs, self.takes = False, 0.0
        self.called = threading.Event()
        self.connections, self.patience, self.most = 0, 300.0, 1000
        self._brought: Counter[Session] = Counter()
        self._controller = _Controller(self, port, tls)

    @property
    def url(self) -> str:
        """For the setting `smtp_url`."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Called by aiosmtpd before each mail."""
        self._brought[session] += 1
        if self._brought[session] > self.most:
            return "421 too many mails in this connection"
        envelope.mail_from, envelope.mail_options = address, [*envelope.mail_options, *options]
        return ACCEPTED

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it by this name
        """Called by aiosmtpd for each mail."""
        self.called.set()
        await asyncio.sleep(3600 if self.hangs else self.takes)
        if self.answer == ACCEPTED:
            content = envelope.content
            assert isinstance(content, bytes)
            self.recipients += envelope.rcpt_tos
            self.mails.put(email.message_from_bytes(content, policy=email.policy.default))
        return self.answer

    def taken(self) -> list[EmailMessage]:
        """Everything taken so far."""
        return list(self.mails.queue)

    def start(self) -> None:
        self._controller.start()
        self.connections = 0  # the controller makes one of its own

    def stop(self) -> None:
        self._controller.stop()


class _Controller(Controller):
    def __init__(self, handler: MailServer, port: int, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        super().__init__(handler, hostname="127.0.0.1", port=port)

    def factory(self) -> Any:  # noqa: ANN401 - the base class says no more
        self.handler.connections += 1
        return SMTP(
            self.handler,
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            timeout=self.handler.patience,
        )


@contextlib.contextmanager
def mail_server(port: int | None = None, tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """One that runs until the block ends."""
    server = MailServer(port or free_port(), tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def self_signed(directory: Path, host: str = "127.0.0.1") -> ssl.SSLContext:
    """TLS for a server that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    (directory / "certificate.pem").write_bytes(
        builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "certificate.pem")
    return context
