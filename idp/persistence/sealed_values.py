"""Sealed values that stay for long, in batches, so that another key can seal them.

Those of the outbox, of login flows and of CIBA requests end by themselves within a day.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, func, select, update

from idp.persistence.base import Store, given
from idp.persistence.clients import clients
from idp.persistence.factors import factors
from idp.persistence.recovery_codes import recovery_sets

BATCH = 200
"""Values that one transaction changes."""

TOTP_SECRETS = (factors.c.id, factors.c.sealed_secret)
RECOVERY_CODES = (recovery_sets.c.id, recovery_sets.c.sealed_codes)
CLIENT_SECRETS = (clients.c.client_id, clients.c.sealed_secret)
PREVIOUS_CLIENT_SECRETS = (clients.c.client_id, clients.c.sealed_previous_secret)

SealedColumn = tuple[Column[str], Column[str]]
"""A unique column of a table, and a column with sealed values."""


class SealedValueStore(Store):
    """Finds and replaces sealed values."""

    def find(self, column: SealedColumn, *, without: str, after: str) -> list[Sequence[str]]:
        """Return at most `BATCH` ids after `after`, with their values that do not begin with `without`, in order."""
        name, sealed = column
        other = func.substr(sealed, 1, len(without)) != without  # LIKE has wildcards, and ignores case on SQLite
        query = select(name, sealed).where(name > given("after"), other).order_by(name).limit(BATCH)
        return self._db.rows(query, after=after)

    def replace(self, column: SealedColumn, name: str, *, old: str, new: str) -> bool:
        """Replace a value; False when it has changed meanwhile."""
        identifier, sealed = column
        unchanged = (identifier == given("name"), sealed == given("old"))
        change = update(identifier.table).where(*unchanged).values({sealed: given("new")})
        return self._db.change(change, name=name, old=old, new=new) == 1
