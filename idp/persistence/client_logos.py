"""Logos of clients: small pictures, apart from the clients, which are read at every request."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table, delete, select

from idp.persistence.base import METADATA, Store, given, upsert

client_logos = Table(
    "client_logos",
    METADATA,
    Column("client_id", String, ForeignKey("clients.client_id", ondelete="CASCADE"), primary_key=True),
    Column("media_type", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class ClientLogo:
    """The logo of one client."""

    client_id: str
    media_type: str
    content: bytes
    updated_at: int = 0


OF_CLIENT = select(client_logos).where(client_logos.c.client_id == given("client_id"))
NEW = upsert(client_logos).values(
    client_id=given("client_id"),
    media_type=given("media_type"),
    content=given("content"),
    updated_at=given("now"),
)
STORE = NEW.on_conflict_do_update(
    index_elements=[client_logos.c.client_id],
    set_={name: NEW.excluded[name] for name in ("media_type", "content", "updated_at")},
)
REMOVE = delete(client_logos).where(client_logos.c.client_id == given("client_id"))


class ClientLogoStore(Store):
    """Stores logos of clients."""

    def of_client(self, client_id: str) -> ClientLogo | None:
        """Return the logo of a client."""
        return self._db.one_or_none(ClientLogo, OF_CLIENT, client_id=client_id)

    def store(self, logo: ClientLogo) -> None:
        """Store a logo in place of the one before."""
        values = {"client_id": logo.client_id, "media_type": logo.media_type, "content": logo.content}
        self._db.change(STORE, now=self._now, **values)

    def remove(self, client_id: str) -> None:
        """Delete the logo of a client."""
        self._db.change(REMOVE, client_id=client_id)
