"""Links in "Was this you?" mails: each can end one session, once."""

from __future__ import annotations

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class AlertLink(Base):
    """A mailed link by the digest of its handle, and the session it ends.

    `event` is the reported event; `user_agent`, `address` and `created_at` (seconds, UTC) are kept so that the page can
    show them after the session has ended.
    """

    __tablename__ = "alert_links"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    sid: Mapped[str]
    device_id: Mapped[str | None]
    event: Mapped[str]
    address: Mapped[str]
    user_agent: Mapped[str]
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    used_at: Mapped[int | None]


class AlertLinkStore(Store):
    """Stores alert links."""

    def add(self, link: AlertLink) -> None:
        """Insert a link."""
        self._session.add(link)
        self._session.flush()

    def live(self, digest: str) -> AlertLink | None:
        """Return an unused, unexpired link."""
        query = select(AlertLink).where(AlertLink.digest == digest, AlertLink.used_at.is_(None))
        return self._session.scalar(query.where(AlertLink.expires_at > self._now))

    def claim(self, digest: str) -> bool:
        """Mark a link as used; True for exactly one caller."""
        query = update(AlertLink).where(AlertLink.digest == digest, AlertLink.used_at.is_(None))
        return self._execute(query.where(AlertLink.expires_at > self._now).values(used_at=self._now)) == 1
