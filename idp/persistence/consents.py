"""Consents: scopes granted to clients."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class Consent(Base):
    """The scopes one person granted one client, until revoked."""

    __tablename__ = "consents"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id", ondelete="CASCADE"), primary_key=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    granted_at: Mapped[int]
    updated_at: Mapped[int]


class ConsentStore(Store):
    """Stores consents."""

    def for_user(self, user_id: str) -> list[Consent]:
        """List a person's consents."""
        return list(self._session.scalars(select(Consent).where(Consent.user_id == user_id)))

    def find(self, user_id: str, client_id: str) -> Consent | None:
        """Return a person's consent for a client."""
        return self._session.get(Consent, (user_id, client_id), populate_existing=True)

    def remember(self, user_id: str, client_id: str, scopes: list[str]) -> None:
        """Store all scopes granted so far."""
        insert = self._upsert(Consent).values(
            user_id=user_id, client_id=client_id, scopes=scopes, granted_at=self._now, updated_at=self._now
        )
        changed = {"scopes": scopes, "updated_at": self._now}
        self._session.execute(insert.on_conflict_do_update(index_elements=["user_id", "client_id"], set_=changed))

    def revoke(self, user_id: str, client_id: str) -> bool:
        """Delete a consent; the caller revokes the grants."""
        query = delete(Consent).where(Consent.user_id == user_id, Consent.client_id == client_id)
        return self._execute(query) == 1
