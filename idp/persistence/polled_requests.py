"""What tables of requests share whose clients poll until a person decides: RFC 8628 section 3.5, CIBA section 11."""

from __future__ import annotations

from typing import Generic, TypeVar

from sqlalchemy import Table, or_, select, update

from idp.persistence.base import Store, given

SLOWER = 5
"""Seconds by which the interval grows when a client polls too soon."""
R = TypeVar("R")


class Polling:
    """The statements of one such table; its primary key is the digest of the code that the client polls with."""

    def __init__(self, table: Table) -> None:
        (key,) = table.primary_key
        columns, is_code = table.c, key == given("code")
        self.undecided = (columns.decided_at.is_(None), columns.expires_at > given("now"))
        self.by_code = select(table).where(is_code)
        self.open_by_code = self.by_code.where(*self.undecided)
        self.decide = (
            update(table)
            .where(is_code, *self.undecided)
            .values(decided_at=given("now"), denied=given("denied", columns.denied))
        )
        in_time = or_(
            columns.decided_at.is_not(None),
            columns.polled_at.is_(None),
            columns.polled_at + columns.interval <= given("now"),
        )
        self.poll = update(table).where(is_code, in_time).values(polled_at=given("now")).returning(table)
        self.slow_down = update(table).where(is_code).values(polled_at=given("now"), interval=columns.interval + SLOWER)


class PolledRequestStore(Store, Generic[R]):
    """Base class of their stores; `code` is always a digest."""

    record: type[R]
    polling: Polling

    def by_code(self, code: str) -> R | None:
        """Return the request of this code, whatever became of it."""
        return self._db.one_or_none(self.record, self.polling.by_code, code=code)

    def open_by_code(self, code: str) -> R | None:
        """Return the request of this code, while it waits for a decision."""
        return self._db.one_or_none(self.record, self.polling.open_by_code, code=code, now=self._now)

    def decide(self, code: str, *, denied: bool) -> bool:
        """Store the decision; True for exactly one caller before it expires."""
        return self._db.change(self.polling.decide, code=code, denied=denied, now=self._now) == 1

    def poll(self, code: str) -> R | None:
        """Record that the client asked, and return its request; None when it asked too soon, or there is none."""
        return self._db.claim(self.record, self.polling.poll, code=code, now=self._now)

    def slow_down(self, code: str) -> None:
        """Let the client wait longer between polls, since it asked too soon."""
        self._db.change(self.polling.slow_down, code=code, now=self._now)
