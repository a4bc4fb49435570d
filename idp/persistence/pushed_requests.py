"""Pushed authorization requests (RFC 9126)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Insert,
    String,
    Table,
    case,
    exists,
    func,
    insert,
    select,
    text,
    update,
)

from idp.persistence.base import METADATA, Store, given
from idp.persistence.client_registrations import client_registrations

pushed_requests = Table(
    "pushed_requests",
    METADATA,
    Column("id", String, primary_key=True),
    Column("client_id", String, ForeignKey("clients.client_id", ondelete="CASCADE"), index=True, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("confirmation", JSON(none_as_null=True)),
    Column("network", String),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index(
        "ix_pushed_requests_network",
        "network",
        "created_at",
        sqlite_where=text("network IS NOT NULL"),
        postgresql_where=text("network IS NOT NULL"),
    ),
)


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """An authorization request that a client pushed.

    `id` is the end of its `request_uri`; it is no secret, since browsers carry it and it starts a sign-in only.
    `parameters` are those that count, also of a verified request object. `confirmation` is the key that the code will
    be bound to (RFC 9449 section 10.1: `jkt`). `network` is where it came from, if the client is a stranger.
    Until `expires_at` a sign-in can be started with it; `used_at` is when one was answered (seconds, UTC).
    """

    id: str
    client_id: str
    parameters: dict[str, str]
    expires_at: int
    confirmation: dict[str, str] | None = None
    network: str | None = None
    created_at: int = 0
    used_at: int | None = None


OF_ID = pushed_requests.c.id == given("request_id")
OF_ADDRESS = given("network", pushed_requests.c.network)
UNAPPROVED = exists().where(
    client_registrations.c.client_id == given("client_id"), client_registrations.c.approved_at.is_(None)
)
"""The client registered itself, and no administrator has approved it: anybody can have many that prove themselves."""


def _add(network: ColumnElement[Any]) -> Insert:
    """Return the INSERT that counts the rows of a network; NULL is none."""
    recent = select(func.count()).where(
        pushed_requests.c.network == network, pushed_requests.c.created_at > given("since")
    )
    values = {column.name: given(column.name, column) for column in pushed_requests.c} | {"network": network}
    row = select(*values.values()).where(recent.scalar_subquery() < given("most"))
    return insert(pushed_requests).from_select(list(values), row)


ADD = _add(OF_ADDRESS)
ADD_OF_CONFIDENTIAL = _add(case((UNAPPROVED, OF_ADDRESS)))
BY_ID = select(pushed_requests).where(OF_ID)
CLAIM = (
    update(pushed_requests)
    .where(OF_ID, pushed_requests.c.used_at.is_(None))
    .values(used_at=given("now"))
    .returning(pushed_requests)
)
RELEASE = update(pushed_requests).where(OF_ID).values(used_at=None)


class PushedRequestStore(Store):
    """Stores pushed requests."""

    def add(self, request: PushedRequest, *, confidential: bool, most: int, since: int) -> bool:
        """Store a request; False when strangers at its network pushed `most` since then. One statement.

        Strangers are public clients, and `confidential` ones that registered themselves and nobody approved. Parallel
        requests do not see each other's rows, and can exceed the limit by as many as they are.
        """
        stored = replace(request, created_at=self._now)
        values = {column.name: getattr(stored, column.name) for column in pushed_requests.c}
        return self._db.change(ADD_OF_CONFIDENTIAL if confidential else ADD, **values, most=most, since=since) == 1

    def by_id(self, request_id: str) -> PushedRequest | None:
        """Return a request, also one that is used or expired."""
        return self._db.one_or_none(PushedRequest, BY_ID, request_id=request_id)

    def claim(self, request_id: str) -> PushedRequest | None:
        """Use a request, also one that expired during the sign-in; the row for exactly one caller."""
        return self._db.claim(PushedRequest, CLAIM, request_id=request_id, now=self._now)

    def release(self, request_id: str) -> None:
        """Undo the claim that this transaction made."""
        self._db.change(RELEASE, request_id=request_id)
