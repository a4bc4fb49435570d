"""Periodic background jobs, shared among nodes."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class Job(Base):
    """A periodic job; a run is claimed by moving `next_run_at`."""

    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_run_at: Mapped[int]


class JobStore(Store):
    """Claims runs of jobs."""

    def claim(self, name: str, *, every: int) -> bool:
        """Claim a run; True for exactly one caller in each period of `every` seconds."""
        insert = self._upsert(Job).values(name=name, next_run_at=self._now + every)
        changes = {"next_run_at": self._now + every}
        upsert = insert.on_conflict_do_update(index_elements=["name"], set_=changes, where=Job.next_run_at <= self._now)
        return self._session.execute(upsert.returning(Job.name)).first() is not None
