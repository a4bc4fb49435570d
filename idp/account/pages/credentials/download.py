"""Downloading one's own data."""

from __future__ import annotations

import json

from flask import Blueprint, Response

from idp import audit
from idp.account import change_guard, data_export, responses
from idp.audit import Event
from idp.persistence.transaction import Transaction
from idp.web.account_paths import DOWNLOAD, PROFILE
from idp.web.context import services
from idp.web.transactions import origin, read_transaction

FILE = "my-account.json"

blueprint = Blueprint("download", __name__)


@blueprint.get(DOWNLOAD)
@read_transaction
def show_form(tx: Transaction) -> Response:
    """Show what the file contains, and the button."""
    auth_session = change_guard.require(tx, DOWNLOAD)
    return responses.render(auth_session, "account/download.html", back_href=PROFILE)


@blueprint.post(DOWNLOAD)
def download_data() -> Response:
    """Audit the download, then read the data: the file contains that row, and no lock is held while it is made."""
    with services().database.write(origin()) as tx:
        auth_session = change_guard.require_form(tx, DOWNLOAD)
        change_guard.claim_reauthentication(tx)
        audit.record(tx, Event.DATA_EXPORTED, user_id=auth_session.person.user.id)
    with services().database.read(origin()) as tx:
        data = data_export.export_data(tx, auth_session.person)
    response = Response(json.dumps(data, ensure_ascii=False, indent=2) + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return response
