"""Purging: everything that has ended, in short transactions, for the schedule and for the command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from idp.admin import client_registrations
from idp.admin.audit_chain import AuditChain
from idp.config import Settings
from idp.kernel.clock import DAY, sleep
from idp.login.state.policy_rules import present_rules
from idp.persistence.audit_events import audit_events
from idp.persistence.database import Database
from idp.persistence.purging import BATCH
from idp.persistence.retention import ERASURES, LIVES
from idp.persistence.row_lives import Erasure, Life, Retention
from idp.persistence.transaction import Transaction

PAUSE = 0.05
"""Seconds between two full batches: SQLite has one writer at a time, and people wait for the lock."""


def purge(database: Database, settings: Settings, *, proceed: Callable[[], bool] = lambda: True) -> dict[str, int]:
    """Delete ended rows; return the number per table. `proceed` is called before each batch.

    What one run leaves is deleted by the next, so it can be stopped at any time.
    """
    run = _Run(database, settings, proceed)
    gone = {
        life.name: run.remove_events() if life.table is audit_events else run.remove_all(life)
        for life in LIVES
        if life.over is not None
    }
    gone["clients"] = run.remove_unused_clients()
    return gone | {erasure.name: run.remove_all(erasure) for erasure in ERASURES}


@dataclass(frozen=True)
class _Run:
    database: Database
    settings: Settings
    proceed: Callable[[], bool]

    def remove_all(self, ended: Life | Erasure) -> int:
        """Remove batch after batch until fewer rows were found; return the number of those removed."""
        total, found, removed = 0, BATCH, BATCH
        # A row that was used since it was found stays: such a batch is followed by another, unless nothing was removed.
        while found == BATCH and removed and self.proceed():
            if total:
                sleep(PAUSE)
            found, removed = self._remove_batch(ended)
            total += removed
        return total

    def remove_unused_clients(self) -> int:
        """Remove clients that registered themselves and that nobody uses; return their number."""
        days, total, removed = self.settings.unused_client_days, 0, BATCH
        while removed == BATCH and self.proceed():
            with self.database.read() as tx:
                if not tx.client_registrations.has_unused(before=tx.now - days * DAY):
                    break
            with self.database.write() as tx:
                removed = client_registrations.remove_unused(tx, days=days, most=BATCH)
            total += removed
        return total

    def remove_events(self) -> int:
        """Remove old audit events, the oldest first, with their links of the chain; return the number of events."""
        with self.database.read() as tx:
            now, retention = tx.now, self._retention(tx)
            due = retention.audit_days and tx.audit.has_event_before(now - retention.audit_days * DAY)
        if not due:
            return 0
        chain = AuditChain.open(self.database, self.settings, now=now)
        chain.extend(self.proceed)
        total, removed = 0, BATCH
        while removed == BATCH and self.proceed():
            if total:
                sleep(PAUSE)
            removed = chain.prune(before=now - retention.audit_days * DAY)
            total += removed
        return total

    def _remove_batch(self, ended: Life | Erasure) -> tuple[int, int]:
        """Return how many rows were found, and how many of them removed."""
        with self.database.read() as tx:
            keys = tx.purge.find_ended(ended, self._retention(tx))
        if not keys:
            return 0, 0
        with self.database.write() as tx:
            return len(keys), tx.purge.remove(ended, self._retention(tx), keys)

    def _retention(self, tx: Transaction) -> Retention:
        settings = self.settings
        return Retention(
            now=tx.now,
            session_idle=settings.session_idle,
            audit_days=settings.audit_retention_days,
            keep_codes=bool(present_rules(tx).organisation(settings).codes_viewable),
        )
