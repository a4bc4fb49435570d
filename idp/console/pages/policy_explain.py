"""Explain: which rules would speak at a sign-in, what they ask together, and which pages it would have."""

from __future__ import annotations

from flask import Blueprint, Response, request

from idp.admin import Refused
from idp.admin.permissions import Permission
from idp.admin.policy import explain
from idp.admin.policy.explain import Explanation
from idp.console import responses
from idp.console.guard import Admin, views
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import is_checked, single_value

FIELDS = ("person", "app", "address", "acr_values", "max_age")

MOST_APPS = 200
"""Apps that are offered; any other can be typed."""

blueprint = Blueprint("policy_explain", __name__)


@blueprint.get(console_paths.POLICY_EXPLAIN)
@views(Permission.VIEW_POLICY)
def show_page(tx: Transaction, admin: Admin) -> Response:
    """Show the form, and the explanation of what was asked."""
    typed = {name: single_value(request.args, name, longest=300) for name in FIELDS}
    remembered = is_checked(request.args, "remembered")
    if "person" not in request.args:
        return _render(tx, admin, typed, remembered=remembered)
    try:
        situation = explain.parse_situation(tx, **typed, remembered=remembered)
    except Refused as error:
        return _render(tx, admin, typed, remembered=remembered, error=error)
    found = explain.explain(tx, situation, services().settings)
    return _render(tx, admin, typed, remembered=remembered, found=found)


def _render(
    tx: Transaction,
    admin: Admin,
    typed: dict[str, str],
    *,
    remembered: bool,
    found: Explanation | None = None,
    error: Refused | None = None,
) -> Response:
    return responses.render(
        admin,
        "console/policy_explain.html",
        errors=error.fields if error else None,
        typed=typed,
        remembered=remembered,
        found=found,
        apps=[(client.client_id, client.client_name) for client in tx.clients.listed(limit=MOST_APPS)],
        back_href=console_paths.POLICY,
    )
