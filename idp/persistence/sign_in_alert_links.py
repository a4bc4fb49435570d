"""Links in "Was this you?" mails: each can end one session, once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, select, update

from idp.persistence.base import METADATA, Store, given

alert_links = Table(
    "alert_links",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), index=True, nullable=False),
    Column("sid", String, nullable=False),
    Column("event", String, nullable=False),
    Column("address", String, nullable=False),
    Column("user_agent", String, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("device_id", String),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class AlertLink:
    """A mailed link by the digest of its handle, and the session it ends.

    `event` is the reported event; `user_agent`, `address` and `created_at` (seconds, UTC) are kept so that the page can
    show them after the session has ended.
    """

    digest: str
    user_id: str
    sid: str
    event: str
    address: str
    user_agent: str
    expires_at: int
    device_id: str | None = None
    created_at: int = 0
    used_at: int | None = None


UNUSED = (
    alert_links.c.digest == given("digest"),
    alert_links.c.used_at.is_(None),
    alert_links.c.expires_at > given("now"),
)
LIVE = select(alert_links).where(*UNUSED)
CLAIM = update(alert_links).where(*UNUSED).values(used_at=given("now"))


class AlertLinkStore(Store):
    """Stores alert links."""

    def add(self, link: AlertLink) -> None:
        """Insert a link."""
        self._db.insert(alert_links, link)

    def live(self, digest: str) -> AlertLink | None:
        """Return an unused, unexpired link."""
        return self._db.one_or_none(AlertLink, LIVE, digest=digest, now=self._now)

    def claim(self, digest: str) -> bool:
        """Mark a link as used; True for exactly one caller."""
        return self._db.change(CLAIM, digest=digest, now=self._now) == 1
