"""The history of the policy: who changed what and why, and the return to an earlier version."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request

from idp.admin import Refused
from idp.admin.permissions import Permission
from idp.admin.policy import changes, explain, history
from idp.console import paging, responses
from idp.console.guard import Admin, views
from idp.console.guard import changes as changing
from idp.console.pages.policy import may_change, read_base
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.persistence.policy import PolicyVersion
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import single_value

blueprint = Blueprint("policy_history", __name__)


@blueprint.get(console_paths.POLICY_HISTORY)
@views(Permission.VIEW_POLICY)
def show_versions(tx: Transaction, admin: Admin) -> Response:
    """List the versions, newest first."""
    page = tx.policy.history(paging.position((int,)), limit=paging.PAGE)
    authors = history.authors(tx, page.records)
    return responses.render(
        admin,
        "console/policy_history.html",
        versions=[_row(version, authors) for version in page.records],
        links=paging.links(page, lambda version: (version.number,)),
        back_href=console_paths.POLICY,
    )


@blueprint.get(console_paths.policy_version_path("<int(max=999999999):number>"))
@views(Permission.VIEW_POLICY)
def show_version(tx: Transaction, admin: Admin, number: int) -> Response:
    """Show what one version changed, and how to return to it."""
    return _render(tx, admin, number)


@blueprint.post(console_paths.policy_version_path("<int(max=999999999):number>"))
@changing(Permission.CHANGE_POLICY, recent=True)
def return_to_version(tx: Transaction, admin: Admin, number: int) -> Response:
    """Store a new version whose rules are those of this one."""
    reason = single_value(request.form, "reason", longest=400)
    try:
        changes.save(
            tx,
            admin.actor,
            changes.propose_version(tx, number),
            base=read_base(),
            reason=reason,
            settings=services().settings,
            entropy=services().entropy,
        )
    except Refused as error:
        return _render(tx, admin, number, reason=reason, error=error)
    return responses.redirect_done(console_paths.POLICY, "returned")


def _render(tx: Transaction, admin: Admin, number: int, *, reason: str = "", error: Refused | None = None) -> Response:
    version = tx.policy.version(number)
    if version is None:
        abort(404)
    back = changes.propose_version(tx, number)
    changed = history.changes_of(tx, number)
    names = explain.rule_names(tx, [*(rule for rule, _ in changed), *back.changed])
    return responses.render(
        admin,
        "console/policy_version.html",
        errors=error.fields if error else None,
        version=_row(version, history.authors(tx, [version])),
        changed=[{"name": names[rule.kind, rule.subject], "differences": found} for rule, found in changed],
        present=number == back.present.version,
        returning=[
            {"name": names[rule.kind, rule.subject], "differences": history.compare_rule(back, rule)}
            for rule in back.changed
        ],
        may_return=may_change(admin),
        base=back.present.version,
        reason=reason or Text("Return to version {number}", number=number),
        back_href=console_paths.POLICY_HISTORY,
    )


def _row(version: PolicyVersion, authors: dict[str, str]) -> dict[str, Any]:
    on_server = version.actor_id is None
    return {
        "number": version.number,
        "when": Moment(version.created_at),
        "author": Text("On the server") if on_server else authors.get(version.actor_id or "", Text("Somebody removed")),
        "reason": version.reason,
        "href": console_paths.policy_version_path(version.number),
    }
