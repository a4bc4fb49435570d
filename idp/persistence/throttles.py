"""Rate-limit counters, shared by all workers and kept across restarts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, case, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


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


class Throttle(Base):
    """The counters of one bucket: short window, long window, and since the last success.

    `in_a_row` stays 0 where it is not limited, so that rows for made-up user names can be purged.
    """

    __tablename__ = "throttles"

    bucket: Mapped[str] = mapped_column(primary_key=True)
    short_started_at: Mapped[int]
    short_count: Mapped[int]
    long_started_at: Mapped[int] = mapped_column(index=True)
    long_count: Mapped[int]
    in_a_row: Mapped[int]


class ThrottleStore(Store):
    """Counts attempts before they are verified, so that parallel attempts cannot exceed the limit."""

    def has_capacity(self, bucket: str, limit: Limit) -> bool:
        """Whether `consume` would succeed now; saves a costly hash, but only `consume` decides."""
        return not self.without_capacity({bucket: limit})

    def without_capacity(self, limits: Mapping[str, Limit]) -> set[str]:
        """Return the buckets for which `consume` would fail now: one statement for all."""
        query = select(Throttle).where(Throttle.bucket.in_(sorted(limits)))
        rows = self._session.scalars(query.execution_options(populate_existing=True))
        return {row.bucket for row in rows if not self._is_within(row, limits[row.bucket])}

    def _is_within(self, row: Throttle, limit: Limit) -> bool:
        short_ok = row.short_started_at <= self._now - limit.short_seconds or row.short_count < limit.short_count
        long_ok = row.long_started_at <= self._now - limit.long_seconds or row.long_count < limit.long_count
        return short_ok and long_ok and (limit.in_a_row is None or row.in_a_row < limit.in_a_row)

    def count(self, bucket: str) -> int:
        """Return the attempts counted in the short window that began last."""
        return int(self._session.scalar(select(Throttle.short_count).where(Throttle.bucket == bucket)) or 0)

    def consume(self, bucket: str, limit: Limit) -> bool:
        """Count one attempt; False when the limit is reached, and then nothing may be verified."""
        return bucket in self.consume_each({bucket}, limit)

    def consume_each(self, buckets: Collection[str], limit: Limit) -> set[str]:
        """Count one attempt in each bucket, in one statement; return those whose limit was not reached.

        The rows are written in one order, so that two attempts with the same buckets cannot block each other for good.
        """
        short_over = Throttle.short_started_at <= self._now - limit.short_seconds
        long_over = Throttle.long_started_at <= self._now - limit.long_seconds
        run = int(limit.in_a_row is not None)
        first = {"short_started_at": self._now, "short_count": 1, "long_started_at": self._now, "long_count": 1}
        insert = self._upsert(Throttle).values(
            [first | {"bucket": bucket, "in_a_row": run} for bucket in sorted(buckets)]
        )
        changes = {
            "short_count": case((short_over, 1), else_=Throttle.short_count + 1),
            "short_started_at": case((short_over, self._now), else_=Throttle.short_started_at),
            "long_count": case((long_over, 1), else_=Throttle.long_count + 1),
            "long_started_at": case((long_over, self._now), else_=Throttle.long_started_at),
            "in_a_row": Throttle.in_a_row + run,
        }
        within = and_(
            or_(short_over, Throttle.short_count < limit.short_count),
            or_(long_over, Throttle.long_count < limit.long_count),
            *([Throttle.in_a_row < limit.in_a_row] if limit.in_a_row is not None else []),
        )
        upsert = insert.on_conflict_do_update(index_elements=["bucket"], set_=changes, where=within)
        return set(self._session.scalars(upsert.returning(Throttle.bucket)))

    def increment(self, bucket: str, seconds: int) -> int:
        """Count something in a window of `seconds`, without a limit; return how many it has now. One statement."""
        over = Throttle.short_started_at <= self._now - seconds
        first = {"short_started_at": self._now, "short_count": 1, "long_started_at": self._now, "long_count": 0}
        changes = {
            "short_count": case((over, 1), else_=Throttle.short_count + 1),
            "short_started_at": case((over, self._now), else_=Throttle.short_started_at),
            "long_started_at": case((over, self._now), else_=Throttle.long_started_at),
        }
        upsert = self._upsert(Throttle).values(first | {"bucket": bucket, "in_a_row": 0})
        upsert = upsert.on_conflict_do_update(index_elements=["bucket"], set_=changes)
        return self._session.scalars(upsert.returning(Throttle.short_count)).one()

    def reset(self, *buckets: str) -> None:
        """Delete the counters of these buckets, after a success."""
        self._execute(delete(Throttle).where(Throttle.bucket.in_(sorted(buckets))))

    def reset_all(self, prefix: str) -> int:
        """Delete the counters of every bucket with this prefix (administrators only)."""
        return self._execute(delete(Throttle).where(Throttle.bucket.startswith(prefix, autoescape=True)))
