"""Deletion of ended rows in bounded batches; `retention` says when a row has ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, tuple_, update

from idp.persistence.base import Store, given
from idp.persistence.ciba_requests import ciba_requests
from idp.persistence.consents import consents
from idp.persistence.contact_changes import contact_changes
from idp.persistence.devices import devices
from idp.persistence.factors import factors
from idp.persistence.groups import group_members
from idp.persistence.outbox import MessageState, outbox
from idp.persistence.password_resets import password_resets
from idp.persistence.recovery_codes import recovery_sets
from idp.persistence.row_lives import Erasure, Life, Retention
from idp.persistence.sent_codes import sent_codes
from idp.persistence.sign_in_alert_links import alert_links

BATCH = 500
"""Rows that one transaction deletes."""

PERSONAL_TABLES = (
    factors,
    recovery_sets,
    devices,
    consents,
    sent_codes,
    contact_changes,
    password_resets,
    alert_links,
    group_members,
    ciba_requests,
)
"""Tables whose rows belong to one person."""
DELETE_ENDED_MESSAGES = delete(outbox).where(
    outbox.c.user_id == given("user_id"), outbox.c.state != MessageState.WAITING.value
)
"""The last mail to the person, and what apps are still to be told, are waiting."""
DELETE_PERSON = [delete(table).where(table.c.user_id == given("user_id")) for table in PERSONAL_TABLES]

Keys = Sequence[Sequence[Any]]
"""Primary keys of rows of one table."""


class PurgeStore(Store):
    """Finds ended rows and deletes them."""

    def delete_person(self, user_id: str) -> None:
        """Delete the rows of a closed account; ended sessions and grants are purged later."""
        for deletion in (*DELETE_PERSON, DELETE_ENDED_MESSAGES):
            self._db.change(deletion, user_id=user_id)

    def find_ended(self, ended: Life | Erasure, at: Retention) -> Keys:
        """Return the keys of at most `BATCH` ended rows.

        In a read transaction, so that a long search holds no lock.
        """
        if ended.over is None:
            return []
        return self._db.rows(select(*ended.table.primary_key).where(ended.over(at)).limit(BATCH))

    def remove(self, ended: Life | Erasure, at: Retention, keys: Keys) -> int:
        """Delete, or empty, those of these rows that have still ended: one may have been used since it was found."""
        if ended.over is None:
            return 0
        still_ended = (_is_among(ended.table, keys), ended.over(at))
        if isinstance(ended, Erasure):
            return self._db.change(update(ended.table).where(*still_ended).values(dict.fromkeys(ended.columns)))
        return self._db.change(delete(ended.table).where(*still_ended))


def _is_among(table: Table, keys: Keys) -> ColumnElement[bool]:
    columns = list(table.primary_key)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_([tuple(key) for key in keys])
