"""Links in "Was this you?" mails: each names one session, for what began or was changed in it, and can end it once."""

from __future__ import annotations

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class AlertLink(Base):
    """One mailed link, as the digest of its handle, and the session it ends.

    `event` is what the mail is about; `user_agent`, `address` and `created_at` (seconds, UTC) are what that came with
    and when it was: the page still shows them when the session is gone.
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
    """Making and spending links."""

    def add(self, link: AlertLink) -> None:
        """Keep a new link."""
        self._session.add(link)
        self._session.flush()

    def live(self, digest: str) -> AlertLink | None:
        """A link that would still work."""
        query = select(AlertLink).where(AlertLink.digest == digest, AlertLink.used_at.is_(None))
        return self._session.scalar(query.where(AlertLink.expires_at > self._now))

    def claim(self, digest: str) -> bool:
        """Claim a link; True for exactly one caller."""
        query = update(AlertLink).where(AlertLink.digest == digest, AlertLink.used_at.is_(None))
        return self._execute(query.where(AlertLink.expires_at > self._now).values(used_at=self._now)) == 1
