"""The development mailbox: a folder of undelivered messages. Never in production.

Mails and texts are .eml files (RFC 5322), which any mail program opens; a text has a number in `To`, no subject, and
its channel in `X-Channel`.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Self

from idp.config import Settings
from idp.messaging.notices import EMAIL
from idp.messaging.phone_messages import TextMessage
from idp.messaging.smtp import Undelivered

CHANNEL = "X-Channel"
NAME = re.compile(r"(\d+)-(\d+)")
"""File name without suffix: creation time and outbox id."""


@dataclass(frozen=True)
class StoredMessage:
    """A message as its recipient would see it; `at` is seconds, UTC; texts have no subject."""

    channel: str
    recipient: str
    subject: str
    text: str
    at: int


class Mailbox:
    """A mailbox folder; also a mail transport."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Open the configured mailbox; raises `ValueError` in production mode."""
        if not settings.development:
            raise ValueError("production mode needs somebody who delivers: an SMTP server, a provider")
        return cls(settings.data_dir / "mailbox")

    def send(self, mail: EmailMessage) -> None:
        """Write a mail to its file, replacing an earlier copy; raises `Undelivered`."""
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        unfinished = self._folder / f".{name}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.write_bytes(bytes(mail))
            unfinished.replace(self._folder / f"{name}.eml")
        except OSError as error:
            raise Undelivered(f"{self._folder}: {error}") from error

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    def check(self) -> str:
        """Describe where mail is stored."""
        return f"kept in {self._folder} (development mode)"

    def latest(self, limit: int) -> list[StoredMessage]:
        """List the newest messages, newest first."""
        named = [(NAME.fullmatch(file.stem), file) for file in self._folder.glob("*.eml")]
        ours = sorted(((int(name[1]), int(name[2]), file) for name, file in named if name), reverse=True)
        return [_read(file) for _, _, file in ours[:limit]]


class MailboxProvider:
    """Stores text messages of channels without a provider in the mailbox."""

    def __init__(self, mailbox: Mailbox, settings: Settings) -> None:
        self._mailbox, self._settings = mailbox, settings

    def send(self, message: TextMessage) -> None:
        """Store the message; raises `Undelivered`."""
        mail = EmailMessage()
        mail["To"], mail[CHANNEL], mail["Date"] = message.recipient, message.channel, formatdate(message.at)
        mail["Message-ID"] = f"<{message.name}@{self._settings.mail_domain}>"
        mail.set_content(message.text)
        self._mailbox.send(mail)

    def check(self) -> str:
        """Describe where messages are stored."""
        return self._mailbox.check()


def _read(file: Path) -> StoredMessage:
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",))
    return StoredMessage(
        channel=str(mail[CHANNEL] or EMAIL),
        recipient=str(mail["To"]),
        subject=str(mail["Subject"] or ""),
        text=body.get_content().strip() if body else "",
        at=int(parsedate_to_datetime(str(mail["Date"])).timestamp()),
    )
