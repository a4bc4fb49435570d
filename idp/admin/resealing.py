"""Another sealing key: sealed values that stay are sealed again, then the key of before is removed.

`start` adds a key, with which every process seals from now on. `reseal` goes through the rows batch by batch; a run
that was stopped is repeated, and goes on with what is left. A day later, a run of it removes the old keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from idp import audit
from idp.admin import Refused
from idp.audit import Event
from idp.kernel.clock import DAY, HOUR, sleep
from idp.persistence.database import Database
from idp.persistence.sealed_values import (
    BATCH,
    CLIENT_SECRETS,
    PREVIOUS_CLIENT_SECRETS,
    RECOVERY_CODES,
    TOTP_SECRETS,
    SealedColumn,
)
from idp.signing.client_secrets import row_name
from idp.signing.sealing import SealBroken, Sealer

KEEP_FOR = DAY + HOUR
"""Seconds for which the old key still opens what ends by itself: a mail waits for a day at most."""
PAUSE = 0.02
"""Seconds between two full batches: SQLite has one writer at a time."""
COLUMNS: tuple[tuple[SealedColumn, Callable[[str], str]], ...] = (
    (TOTP_SECRETS, str),
    (RECOVERY_CODES, str),
    (CLIENT_SECRETS, row_name),
    (PREVIOUS_CLIENT_SECRETS, row_name),
)
"""What is sealed, and the name of the row that it is sealed for."""


@dataclass(frozen=True)
class Resealed:
    """How many values were sealed again, how many no key opens, and how many old keys were removed.

    `removable_at` (seconds, UTC) is when a further run removes the old keys.
    """

    resealed: int
    unreadable: int
    removed_keys: int
    removable_at: int | None


def start(database: Database, sealer: Sealer, *, now: int) -> None:
    """Add a sealing key; raises `Refused` while an earlier one has not been removed."""
    if sealer.old_keys:
        raise Refused("An earlier sealing key is still there. `idp keys reseal` goes on, and removes it a day later.")
    with database.write() as tx:
        audit.record(tx, Event.SEALING_KEY_CHANGED, change="added")
        sealer.rotate(now=now)


def reseal(database: Database, sealer: Sealer, *, now: int) -> Resealed:
    """Seal again what other keys sealed, and remove those keys once nothing can need them.

    Raises `Refused` when there is one key alone.
    """
    if not sealer.old_keys:
        raise Refused("Nothing to do: there is one sealing key. --new-key adds another.")
    resealed = unreadable = 0
    for column, row in COLUMNS:
        changed, failed = _reseal_column(database, sealer, column, row)
        resealed, unreadable = resealed + changed, unreadable + failed
    removable_at = sealer.newest_at + KEEP_FOR
    if now < removable_at:
        return Resealed(resealed, unreadable, 0, removable_at)
    with database.write() as tx:
        audit.record(tx, Event.SEALING_KEY_CHANGED, change="removed")
        return Resealed(resealed, unreadable, sealer.remove_old_keys(), None)


def _reseal_column(
    database: Database, sealer: Sealer, column: SealedColumn, row: Callable[[str], str]
) -> tuple[int, int]:
    """Return how many values were sealed again, and how many no key opens."""
    changed = failed = 0
    after, full = "", True
    while full:
        with database.read() as tx:
            found = tx.sealed_values.find(column, without=sealer.prefix, after=after)
        again = [(name, old, _seal_again(sealer, old, row(name))) for name, old in found]
        failed += sum(new is None for _, _, new in again)
        with database.write() as tx:
            changed += sum(tx.sealed_values.replace(column, name, old=old, new=new) for name, old, new in again if new)
        full = len(found) == BATCH
        if full:
            after = found[-1][0]
            sleep(PAUSE)
    return changed, failed


def _seal_again(sealer: Sealer, sealed: str, row: str) -> str | None:
    try:
        return sealer.seal(sealer.unseal(sealed, row=row), row=row)
    except SealBroken:
        return None
