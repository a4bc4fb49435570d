"""Consents: scopes granted to clients."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, String, Table, case, delete, select

from idp.persistence.base import METADATA, Store, given, upsert

consents = Table(
    "consents",
    METADATA,
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("client_id", String, ForeignKey("clients.client_id", ondelete="CASCADE"), primary_key=True),
    Column("scopes", JSON, nullable=False),
    Column("granted_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Consent:
    """The scopes one person granted one client, until revoked."""

    user_id: str
    client_id: str
    scopes: list[str]
    granted_at: int
    updated_at: int = 0


NEVER = 0
"""`granted_at` of a row that is no consent: the person took it back, and it is kept that they did."""
GRANTED = consents.c.granted_at > NEVER
OF_BOTH = (consents.c.user_id == given("user_id"), consents.c.client_id == given("client_id"))
FOR_USER = select(consents).where(consents.c.user_id == given("user_id"), GRANTED)
FIND = select(consents).where(*OF_BOTH, GRANTED)
FIND_WITHDRAWAL = select(consents.c.client_id).where(*OF_BOTH, ~GRANTED)
SINCE = case((GRANTED, consents.c.granted_at), else_=given("granted_at"))
REMEMBER = (
    upsert(consents)
    .values({name: given(name) for name in ("user_id", "client_id", "scopes", "granted_at")})
    .values(updated_at=given("now"))
    .on_conflict_do_update(
        index_elements=["user_id", "client_id"],
        set_={"scopes": given("scopes"), "granted_at": SINCE, "updated_at": given("now")},
    )
)
REVOKE = delete(consents).where(*OF_BOTH, GRANTED)


class ConsentStore(Store):
    """Stores consents."""

    def for_user(self, user_id: str) -> list[Consent]:
        """List a person's consents."""
        return self._db.all(Consent, FOR_USER, user_id=user_id)

    def find(self, user_id: str, client_id: str) -> Consent | None:
        """Return a person's consent for a client."""
        return self._db.one_or_none(Consent, FIND, user_id=user_id, client_id=client_id)

    def remember(self, user_id: str, client_id: str, scopes: list[str]) -> None:
        """Store all scopes granted so far."""
        self._store(user_id, client_id, scopes, self._now)

    def withdraw(self, user_id: str, client_id: str) -> None:
        """Store that the person took back what they granted, until they grant something again."""
        self.revoke(user_id, client_id)
        self._store(user_id, client_id, [], NEVER)

    def is_withdrawn(self, user_id: str, client_id: str) -> bool:
        """Whether the person took back what they granted, as far as that is kept."""
        return self._db.scalar(FIND_WITHDRAWAL, user_id=user_id, client_id=client_id) is not None

    def revoke(self, user_id: str, client_id: str) -> bool:
        """Delete a consent; the caller revokes the grants."""
        return self._db.change(REVOKE, user_id=user_id, client_id=client_id) == 1

    def _store(self, user_id: str, client_id: str, scopes: list[str], granted_at: int) -> None:
        values = {"user_id": user_id, "client_id": client_id, "scopes": scopes, "granted_at": granted_at}
        self._db.change(REMEMBER, **values, now=self._now)
