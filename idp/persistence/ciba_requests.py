"""Authentication requests that clients send themselves, approved by the person on another device (OpenID CIBA)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, String, Table, select, update

from idp.persistence.base import METADATA, given
from idp.persistence.polled_requests import PolledRequestStore, Polling

ciba_requests = Table(
    "ciba_requests",
    METADATA,
    Column("auth_req_id_digest", String, primary_key=True),
    Column("client_id", String, ForeignKey("clients.client_id", ondelete="CASCADE"), index=True, nullable=False),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE")),
    Column("scopes", JSON, nullable=False),
    Column("binding_message", String, nullable=False),
    Column("acr_values", JSON, nullable=False),
    Column("interval", BigInteger, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("resources", JSON, nullable=False),
    Column("authorization_details", JSON, nullable=False),
    Column("sealed_ping", String),
    Column("created_at", BigInteger, nullable=False),
    Column("polled_at", BigInteger),
    Column("decided_at", BigInteger),
    Column("denied", Boolean, nullable=False),
    Column("wrong_numbers", BigInteger, nullable=False),
    Index("ix_ciba_requests_user", "user_id", "expires_at"),
)


@dataclass(frozen=True, slots=True)
class CibaRequest:
    """One request of a client, and what the person decided.

    When the person approves it, a grant is stored whose `code_digest` is the `auth_req_id_digest`. Without `user_id`
    the hint named nobody, so nobody can approve it. `sealed_ping` has what a ping needs, in ping mode; `wrong_numbers`
    counts the wrong numbers that were typed.
    """

    auth_req_id_digest: str
    client_id: str
    user_id: str | None
    scopes: list[str]
    binding_message: str
    acr_values: list[str]
    interval: int
    expires_at: int
    resources: list[str] = field(default_factory=list)
    authorization_details: list[dict[str, Any]] = field(default_factory=list)
    sealed_ping: str | None = None
    created_at: int = 0
    polled_at: int | None = None
    decided_at: int | None = None
    denied: bool = False
    wrong_numbers: int = 0


POLLING = Polling(ciba_requests)
OPEN_OF_USER = (
    select(ciba_requests)
    .where(ciba_requests.c.user_id == given("user_id"), *POLLING.undecided)
    .order_by(ciba_requests.c.created_at.desc(), ciba_requests.c.auth_req_id_digest)
    .limit(given("most"))
)
COUNT_WRONG_NUMBER = (
    update(ciba_requests)
    .where(ciba_requests.c.auth_req_id_digest == given("code"), *POLLING.undecided)
    .values(wrong_numbers=ciba_requests.c.wrong_numbers + 1)
    .returning(ciba_requests)
)


class CibaRequestStore(PolledRequestStore[CibaRequest]):
    """Stores what clients asked for; they poll with the `auth_req_id`."""

    record, polling = CibaRequest, POLLING

    def add(self, wanted: CibaRequest) -> None:
        """Store a new request."""
        self._db.insert(ciba_requests, replace(wanted, created_at=self._now))

    def open_of_user(self, user_id: str, *, most: int) -> list[CibaRequest]:
        """Return the requests that wait for this person, the newest first."""
        return self._db.all(CibaRequest, OPEN_OF_USER, user_id=user_id, now=self._now, most=most)

    def count_wrong_number(self, code: str) -> int:
        """Count a wrong number; returns how many there were, 0 when the request waits no longer."""
        found = self._db.claim(CibaRequest, COUNT_WRONG_NUMBER, code=code, now=self._now)
        return found.wrong_numbers if found else 0
