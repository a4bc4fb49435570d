"""People as CSV: those that the filter shows, in batches, so that no export is too large."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, request, stream_with_context

from idp import audit
from idp.admin.permissions import Permission
from idp.admin.user_lists import CSV_COLUMNS, csv_row
from idp.audit import Event
from idp.console.guard import Admin, changes
from idp.console.pages.people import selection
from idp.persistence.people_lists import PeopleFilter
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services

BATCH = 1000
FILE = "people.csv"

blueprint = Blueprint("export", __name__)


@blueprint.post(console_paths.EXPORT_PEOPLE)
@changes(Permission.VIEW_PEOPLE, recent=True, back=console_paths.PEOPLE)
def download(tx: Transaction, _: Admin) -> Response:
    """Record the export, and send the rows; each batch has a transaction of its own."""
    chosen = selection.read(tx, request.form)
    audit.record(tx, Event.PEOPLE_EXPORTED, filters=[f"{name}={value}" for name, value in chosen.hidden()])
    body = stream_with_context(_lines(chosen.filter(tx)))
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"', "Cache-Control": "no-store"}
    return Response(body, headers=headers, content_type="text/csv; charset=utf-8")


def _lines(wanted: PeopleFilter) -> Iterator[str]:
    yield _csv([CSV_COLUMNS])
    after, database = "", services().database
    while True:
        with database.read() as tx:
            found = tx.people.batch(wanted, after=after, limit=BATCH)
        yield _csv(csv_row(user) for user in found)
        if len(found) < BATCH:
            return
        after = found[-1].id


def _csv(cells: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(cells)
    return text.getvalue()
