"""Rate-limit counters, shared by all workers and kept across restarts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    BigInteger,
    Column,
    Executable,
    String,
    Table,
    and_,
    case,
    delete,
    literal,
    or_,
    select,
    union_all,
)

from idp.kernel.client_addresses import network_of
from idp.persistence.base import METADATA, Store, given, given_each, numbered, upsert

UNLIMITED = 2**63 - 1
"""More than any counter has."""


@dataclass(frozen=True)
class Limit:
    """Failed attempts a bucket allows: in a short window, a long window, and in a row (None: unlimited).

    Windows are seconds.
    """

    short_count: int
    short_seconds: int
    long_count: int
    long_seconds: int
    in_a_row: int | None = None


def network_bucket(what: str, address: str) -> str | None:
    """Return the bucket of one network; None for a client without an address.

    Such clients are in no network and have no limit of one: in a bucket that they shared, a stranger among them would
    use up the tries of everybody.
    """
    network = network_of(address)
    return f"{what}:network:{network}" if network else None


throttles = Table(
    "throttles",
    METADATA,
    Column("bucket", String, primary_key=True),
    Column("short_started_at", BigInteger, nullable=False),
    Column("short_count", BigInteger, nullable=False),
    Column("long_started_at", BigInteger, index=True, nullable=False),
    Column("long_count", BigInteger, nullable=False),
    Column("in_a_row", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Throttle:
    """The counters of one bucket: short window, long window, and since the last success.

    `in_a_row` stays 0 where it is not limited, so that rows for made-up user names can be purged.
    """

    bucket: str
    short_started_at: int
    short_count: int
    long_started_at: int
    long_count: int
    in_a_row: int


COUNT = select(throttles.c.short_count).where(throttles.c.bucket == given("bucket"))
SHORT_OVER = throttles.c.short_started_at <= given("short_until")
LONG_OVER = throttles.c.long_started_at <= given("long_until")
COUNTED_SHORT = {
    "short_count": case((SHORT_OVER, 1), else_=throttles.c.short_count + 1),
    "short_started_at": case((SHORT_OVER, given("now")), else_=throttles.c.short_started_at),
}
COUNTED = COUNTED_SHORT | {
    "long_count": case((LONG_OVER, 1), else_=throttles.c.long_count + 1),
    "long_started_at": case((LONG_OVER, given("now")), else_=throttles.c.long_started_at),
    "in_a_row": throttles.c.in_a_row + given("run"),
}
SHORT_REACHED = throttles.c.short_count >= given("short_count")
LONG_REACHED = throttles.c.long_count >= given("long_count")
WITHIN = (
    or_(SHORT_OVER, throttles.c.short_count < given("short_count"))
    & or_(LONG_OVER, throttles.c.long_count < given("long_count"))
    & (throttles.c.in_a_row < given("in_a_row"))
)
INCREMENT = (
    upsert(throttles)
    .values(bucket=given("bucket"), short_started_at=given("now"), long_started_at=given("now"))
    .values(short_count=1, long_count=0, in_a_row=0)
    .on_conflict_do_update(
        index_elements=["bucket"],
        set_=COUNTED_SHORT | {"long_started_at": case((SHORT_OVER, given("now")), else_=throttles.c.long_started_at)},
    )
    .returning(throttles.c.short_count)
)


@cache
def _find_each(count: int) -> Executable:
    """Return the statement that reads so many buckets."""
    return select(throttles).where(throttles.c.bucket.in_(given_each("bucket", count)))


@cache
def _reset_each(count: int) -> Executable:
    """Return the statement that deletes so many buckets."""
    return delete(throttles).where(throttles.c.bucket.in_(given_each("bucket", count)))


@cache
def _consume_each(count: int) -> Executable:
    """Return the statement that counts one attempt in each of `count` buckets."""
    # Of VALUES with several rows SQLAlchemy caches no compiled statement.
    first = [
        select(bucket, given("now"), literal(1), given("now"), literal(1), given("run"))
        for bucket in given_each("bucket", count)
    ]
    insert = upsert(throttles).from_select(list(throttles.c), union_all(*first))
    counted = insert.on_conflict_do_update(index_elements=["bucket"], set_=COUNTED, where=WITHIN)
    return counted.returning(throttles.c.bucket)


class ThrottleStore(Store):
    """Counts attempts before they are verified, so that parallel attempts cannot exceed the limit."""

    def has_capacity(self, bucket: str, limit: Limit) -> bool:
        """Whether `consume` would succeed now; saves a costly hash, but only `consume` decides."""
        return not self.without_capacity({bucket: limit})

    def without_capacity(self, limits: Mapping[str, Limit]) -> set[str]:
        """Return the buckets for which `consume` would fail now: one statement for all."""
        rows = self._db.all(Throttle, _find_each(len(limits)), **numbered("bucket", sorted(limits)))
        return {row.bucket for row in rows if not self._is_within(row, limits[row.bucket])}

    def _is_within(self, row: Throttle, limit: Limit) -> bool:
        short_ok = row.short_started_at <= self._now - limit.short_seconds or row.short_count < limit.short_count
        long_ok = row.long_started_at <= self._now - limit.long_seconds or row.long_count < limit.long_count
        return short_ok and long_ok and (limit.in_a_row is None or row.in_a_row < limit.in_a_row)

    def exhausted(self, prefix: str, limit: Limit, *, most: int) -> list[str]:
        """List at most `most` buckets with this prefix for which `consume` would fail now (administrators only)."""
        reached = or_(
            and_(throttles.c.short_started_at > self._now - limit.short_seconds, SHORT_REACHED),
            and_(throttles.c.long_started_at > self._now - limit.long_seconds, LONG_REACHED),
            throttles.c.in_a_row >= given("in_a_row"),
        )
        query = select(throttles.c.bucket).where(throttles.c.bucket.startswith(prefix, autoescape=True), reached)
        counts = {"short_count": limit.short_count, "long_count": limit.long_count}
        in_a_row = UNLIMITED if limit.in_a_row is None else limit.in_a_row
        return self._db.scalars(query.order_by(throttles.c.bucket).limit(most), **counts, in_a_row=in_a_row)

    def count(self, bucket: str) -> int:
        """Return the attempts counted in the short window that began last."""
        return int(self._db.scalar(COUNT, bucket=bucket) or 0)

    def consume(self, bucket: str | None, limit: Limit) -> bool:
        """Count one attempt; False when the limit is reached, and then nothing may be verified.

        Without a bucket (`network_bucket`) nothing is counted.
        """
        return bucket is None or bucket in self.consume_each({bucket}, limit)

    def consume_each(self, buckets: Collection[str], limit: Limit) -> set[str]:
        """Count one attempt in each bucket, in one statement; return those whose limit was not reached.

        The rows are written in one order, so that two attempts with the same buckets cannot block each other for good.
        """
        counted = self._db.returned(
            _consume_each(len(buckets)),
            **numbered("bucket", sorted(buckets)),
            now=self._now,
            run=int(limit.in_a_row is not None),
            short_until=self._now - limit.short_seconds,
            long_until=self._now - limit.long_seconds,
            short_count=limit.short_count,
            long_count=limit.long_count,
            in_a_row=UNLIMITED if limit.in_a_row is None else limit.in_a_row,
        )
        return set(counted)

    def increment(self, bucket: str, seconds: int) -> int:
        """Count something in a window of `seconds`, without a limit; return how many it has now. One statement."""
        (number,) = self._db.returned(INCREMENT, bucket=bucket, now=self._now, short_until=self._now - seconds)
        return int(number)

    def reset(self, *buckets: str) -> None:
        """Delete the counters of these buckets, after a success."""
        self._db.change(_reset_each(len(buckets)), **numbered("bucket", sorted(buckets)))

    def reset_all(self, prefix: str) -> int:
        """Delete the counters of every bucket with this prefix (administrators only)."""
        return self._db.change(delete(throttles).where(throttles.c.bucket.startswith(prefix, autoescape=True)))
