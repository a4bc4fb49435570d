"""Deletion of ended rows in bounded batches; `retention` says when a row has ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, inspect, select, tuple_, update

from idp.persistence.base import Base, Store
from idp.persistence.consents import Consent
from idp.persistence.contact_changes import ContactChange
from idp.persistence.devices import Device
from idp.persistence.factors import Factor
from idp.persistence.password_resets import PasswordReset
from idp.persistence.recovery_codes import RecoverySet
from idp.persistence.retention import Erasure, Life, Retention
from idp.persistence.sent_codes import SentCode
from idp.persistence.sign_in_alert_links import AlertLink

BATCH = 500
"""Rows that one transaction deletes."""

PERSONAL_TABLES = (Factor, RecoverySet, Device, Consent, SentCode, ContactChange, PasswordReset, AlertLink)
"""Tables whose rows belong to one person."""

Keys = Sequence[Row[Any]]
"""Primary keys of rows of one table."""


class PurgeStore(Store):
    """Finds ended rows and deletes them."""

    def delete_person(self, user_id: str) -> None:
        """Delete the rows of a closed account; ended sessions and grants are purged later."""
        for model in PERSONAL_TABLES:
            self._execute(delete(model).where(model.user_id == user_id))

    def find_ended(self, ended: Life | Erasure, at: Retention) -> Keys:
        """Return the keys of at most `BATCH` ended rows.

        In a read transaction, so that a long search holds no lock.
        """
        if ended.over is None:
            return []
        query: Select[Any] = select(*_primary_key(ended.model)).where(ended.over(at)).limit(BATCH)
        return self._session.execute(query).all()

    def remove(self, ended: Life | Erasure, at: Retention, keys: Keys) -> int:
        """Delete, or empty, those of these rows that have still ended: one may have been used since it was found."""
        if ended.over is None:
            return 0
        still_ended = (_is_among(ended.model, keys), ended.over(at))
        if isinstance(ended, Erasure):
            return self._execute(update(ended.model).where(*still_ended).values(dict.fromkeys(ended.columns)))
        return self._execute(delete(ended.model).where(*still_ended))


def _primary_key(model: type[Base]) -> list[ColumnElement[Any]]:
    return list(inspect(model).primary_key)


def _is_among(model: type[Base], keys: Keys) -> ColumnElement[bool]:
    columns = _primary_key(model)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_([tuple(key) for key in keys])
