"""Downloading one's own data."""

from __future__ import annotations

import json

from flask import Blueprint, Response

from idp import audit
from idp.account import data_export, guard, requirements
from idp.audit import Event
from idp.web import account_paths
from idp.web.context import services
from idp.web.pages import json_response
from idp.web.transactions import origin

FILE = "my-account.json"

blueprint = Blueprint("download", __name__)


@blueprint.post("/profile/download")
def download() -> Response:
    """Note it, then gather: the file is as it is once the audit row stands, and no lock is held while it is made."""
    with services().database.write(origin()) as tx:
        auth_session = guard.require_form(
            tx, requirements.change_credentials_requirement, back=f"{account_paths.PROFILE}?done=download"
        )
        audit.record(tx, Event.DATA_EXPORTED, user_id=auth_session.person.user.id)
    with services().database.read(origin()) as tx:
        data = data_export.export_data(tx, auth_session.person)
    response = json_response(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return response
