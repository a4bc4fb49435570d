"""Periodic background jobs, shared among nodes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table

from idp.persistence.base import METADATA, Store, given, upsert

jobs = Table(
    "jobs",
    METADATA,
    Column("name", String, primary_key=True),
    Column("next_run_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Job:
    """A periodic job; a run is claimed by moving `next_run_at`."""

    name: str
    next_run_at: int


CLAIM = (
    upsert(jobs)
    .values(name=given("name"), next_run_at=given("next_run_at"))
    .on_conflict_do_update(
        index_elements=["name"], set_={"next_run_at": given("next_run_at")}, where=jobs.c.next_run_at <= given("now")
    )
    .returning(jobs.c.name)
)


class JobStore(Store):
    """Claims runs of jobs."""

    def claim(self, name: str, *, every: int) -> bool:
        """Claim a run; True for exactly one caller in each period of `every` seconds."""
        return bool(self._db.returned(CLAIM, name=name, next_run_at=self._now + every, now=self._now))
