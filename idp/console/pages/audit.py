"""The audit trail: search, one event, and its export as JSON lines."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request

from idp.activity import admin_sentences, event_kinds, export
from idp.activity.detail_texts import describe_details
from idp.activity.names import load_names
from idp.admin import Refused, audit_trail
from idp.admin.audit_trail import TypedFilter
from idp.admin.permissions import Permission
from idp.console import paging, responses
from idp.console.event_rows import event_row
from idp.console.guard import Admin, changes, views
from idp.kernel.request_origin import LOCAL
from idp.kernel.text import Text
from idp.login.state.reasons import sentences_of
from idp.persistence.audit_events import AuditEvent
from idp.persistence.keyset import Page
from idp.persistence.transaction import Transaction
from idp.web import console_paths, geoip
from idp.web.choices import options
from idp.web.context import services
from idp.web.forms import single_value

FIELDS = tuple(TypedFilter.__dataclass_fields__)
LONGEST = 300
"""Characters of a field of the search."""
LARGEST_ID = 2**63
LINKED = Text("Protected against changes at position {position} of the chain.")
NOT_LINKED = Text("Not yet protected against changes: that takes a few seconds.")

blueprint = Blueprint("audit", __name__)


@blueprint.get(console_paths.AUDIT)
@views(Permission.VIEW_AUDIT)
def show_page(tx: Transaction, admin: Admin) -> Response:
    """Show one page of the events that were searched for, newest first."""
    typed, page, errors = _typed(request.args), Page[AuditEvent](), dict[str, str]()
    try:
        wanted = audit_trail.parse_filter(tx, typed)
        page = tx.audit_search.page(wanted, paging.position((int,)), limit=paging.PAGE)
    except Refused as refused:
        errors = refused.fields
    names = load_names(tx, page.records)
    return responses.render(
        admin,
        "console/audit.html",
        status=200,
        errors=errors,
        typed=typed,
        kinds=_kinds(typed.event),
        outcomes=options(event_kinds.OUTCOMES, typed.outcome),
        events=[event_row(event, names) for event in page.records],
        links=paging.links(page, lambda event: (event.id,)),
        filtered=bool(typed.given),
        all_href=console_paths.AUDIT,
        export_action=console_paths.AUDIT_EXPORT,
    )


@blueprint.get(console_paths.audit_event_path("<int:event_id>"))
@views(Permission.VIEW_AUDIT)
def show_event(tx: Transaction, admin: Admin, event_id: int) -> Response:
    """Show one event with all its details."""
    event = tx.audit.by_id(event_id) if event_id < LARGEST_ID else None
    if event is None:
        abort(404)
    names, link = load_names(tx, [event]), tx.audit_chain.link_of_event(event.id)
    return responses.render(
        admin,
        "console/audit_event.html",
        chained=LINKED.with_values(position=link.position) if link else NOT_LINKED,
        event=event_row(event, names) | _facts(event, names),
        details=[{"name": name, "value": value} for name, value in describe_details(event)],
        why=sentences_of(event.detail),
        back_href=console_paths.AUDIT,
    )


@blueprint.post(console_paths.AUDIT_EXPORT)
@changes(Permission.VIEW_AUDIT, recent=True, back=console_paths.AUDIT)
def download(tx: Transaction, admin: Admin) -> Response:  # noqa: ARG001 - the guard passes it
    """Send the events of a search as JSON lines, batch by batch; that it was done is an event too."""
    typed = _typed(request.form)
    try:
        wanted = audit_trail.parse_filter(tx, typed)
    except Refused:
        abort(404)
    audit_trail.record_export(tx, typed)
    lines = export.json_lines(services().database, wanted)
    name = f"audit-{tx.now}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(lines, mimetype="application/jsonl", headers=headers)


def _typed(values: Any) -> TypedFilter:  # noqa: ANN401 - a MultiDict of the address or the form
    return TypedFilter(**{name: single_value(values, name, longest=LONGEST).strip() for name in FIELDS})


def _kinds(chosen: str) -> list[dict[str, Any]]:
    return [{"title": topic, "options": options(kinds, chosen)} for topic, kinds in event_kinds.GROUPS.items()]


def _facts(event: AuditEvent, names: admin_sentences.Names) -> dict[str, Any]:
    user_id, actor_id, client_id = event.user_id or "", event.actor_id or "", event.client_id or ""
    search = console_paths.audit_search_path
    return {
        "id": event.id,
        "code": event.event,
        "person": names.people.get(user_id) or user_id,
        "person_href": console_paths.person_path(user_id) if user_id in names.people else None,
        "actor": admin_sentences.actor_name(event, names),
        "actor_href": console_paths.person_path(actor_id) if actor_id in names.people else None,
        "app": names.apps.get(client_id) or client_id,
        "app_href": console_paths.app_path(client_id) if client_id in names.apps else None,
        "located": geoip.with_location(event.address) if event.address != LOCAL.address else "",
        "user_agent": event.user_agent,
        "sid": event.sid,
        "request_id": event.request_id,
        "request_href": search(request_id=event.request_id),
        "same_person_href": search(person=user_id) if user_id else None,
    }
