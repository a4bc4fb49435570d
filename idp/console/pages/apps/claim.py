"""The form of one claim of an app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, request

from idp.admin import Refused, claim_mappings
from idp.admin.claim_mapping_rules import LONGEST_CLAIM, LONGEST_VALUE
from idp.admin.permissions import Permission
from idp.claims.mappings import ClaimMapping, Source, Target, parse
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.apps.claim_texts import SOURCES, TARGETS
from idp.console.pages.apps.claims import PATH
from idp.console.pages.find import find_client
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.choices import options
from idp.web.forms import is_checked, single_value

blueprint = Blueprint("claim", __name__)

MORE_ROWS = 3
MOST_ROWS = 250
HALF = Text("Fill in both the group and its value, or neither.")


@dataclass(frozen=True)
class Typed:
    """What the form has: single fields, targets, and rows of group and value."""

    fields: Mapping[str, str]
    targets: tuple[Target, ...]
    multiple: bool
    strip_prefix: bool
    rows: list[tuple[str, str]]


SINGLE = ("claim", "value", "attribute", "prefix", "default", "scope", "replaces")


@blueprint.get(f"{PATH}/new")
@views(Permission.CHANGE_APPS, recent=True)
def show_new(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Show the empty form of a source."""
    source = _source(single_value(request.args, "source") or Source.GROUPS)
    groups = source is Source.GROUPS
    fields, targets = {"claim": "groups" if groups else ""}, (Target.ID_TOKEN, Target.USERINFO)
    first = Typed(fields, targets, multiple=groups, strip_prefix=False, rows=[])
    return _form(tx, admin, find_client(tx, client_id), source, first)


@blueprint.get(f"{PATH}/edit")
@views(Permission.CHANGE_APPS, recent=True)
def show_claim(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Show a claim to be changed."""
    client, name = find_client(tx, client_id), single_value(request.args, "claim")
    mapping = next((each for each in parse(client.claim_mappings) if each.claim == name), None) or abort(404)
    names = claim_mappings.group_names(tx, [mapping])
    rows = [(names[group_id].name, value) for group_id, value in mapping.values if group_id in names]
    fields = {each: _text(getattr(mapping, each)) for each in SINGLE if each != "replaces"} | {"replaces": name}
    typed = Typed(fields, mapping.targets, mapping.multiple, mapping.strip_prefix, rows)
    return _form(tx, admin, client, mapping.source, typed)


@blueprint.post(f"{PATH}/new")
@changes(Permission.CHANGE_APPS, recent=True)
def save_claim(tx: Transaction, admin: Admin, client_id: str) -> Response:
    """Add a claim, or change one."""
    source, typed = _source(single_value(request.form, "source")), _typed()
    client = find_client(tx, client_id, lock=True)
    present = next((each for each in parse(client.claim_mappings) if each.claim == typed.fields["replaces"]), None)
    try:
        mapping = _mapping(tx, source, typed, present)
        claim_mappings.put(tx, admin.actor, client, mapping, replaces=typed.fields["replaces"])
    except Refused as error:
        return _form(tx, admin, client, source, typed, error=error)
    return responses.redirect_done(console_paths.app_claims_path(client.client_id), "saved")


def _source(name: str) -> Source:
    return next((source for source in Source if source == name), None) or abort(404)


def _typed() -> Typed:
    form = request.form
    pairs = [
        (single_value(form, f"group-{number}").strip(), single_value(form, f"value-{number}").strip())
        for number in range(MOST_ROWS)
        if f"group-{number}" in form
    ]
    return Typed(
        {name: single_value(form, name).strip() for name in SINGLE if name != "prefix"}
        | {"prefix": single_value(form, "prefix")},
        tuple(target for target in Target if is_checked(form, target)),
        is_checked(form, "multiple"),
        is_checked(form, "strip_prefix"),
        [pair for pair in pairs if any(pair)],
    )


def _mapping(tx: Transaction, source: Source, typed: Typed, present: ClaimMapping | None) -> ClaimMapping:
    """Return what was typed; a value that is no text, which only the command can set, stays if it was not changed."""
    if not all(map(all, typed.rows)):
        raise Refused(HALF, field="values")
    values = tuple((claim_mappings.find_group(tx, name).id, value) for name, value in typed.rows)
    fields: dict[str, Any] = {name: value for name, value in typed.fields.items() if name != "replaces"}
    if present and _text(present.value) == fields["value"]:
        fields["value"] = present.value
    fields |= {"multiple": typed.multiple, "strip_prefix": typed.strip_prefix}
    return ClaimMapping(source=source, targets=typed.targets, values=values, **fields)


def _form(
    tx: Transaction, admin: Admin, client: Client, source: Source, typed: Typed, *, error: Refused | None = None
) -> Response:
    path, value = console_paths.app_claims_path(client.client_id), typed.fields.get
    return responses.render(
        admin,
        "console/apps/claim.html",
        errors=error.fields if error else None,
        action=f"{path}/new",
        name=client.client_name,
        source=source,
        source_title=SOURCES[source][0],
        values={name: value(name, "") for name in SINGLE},
        multiple=typed.multiple,
        strip_prefix=typed.strip_prefix,
        targets=[
            {"name": target, "title": title, "text": text, "chosen": target in typed.targets}
            for target, (title, text) in TARGETS.items()
        ],
        rows=[*typed.rows, *[("", "")] * MORE_ROWS],
        attributes=options({each.name: each.title for each in tx.attributes.all()}, value("attribute")),
        declare_href=console_paths.ATTRIBUTES if admin.may(Permission.VIEW_PEOPLE) else None,
        scopes=options({scope: scope for scope in client.scopes}, value("scope"), without=Text("Always")),
        longest={"claim": LONGEST_CLAIM, "value": LONGEST_VALUE},
        back_href=path,
    )


def _text(value: Any) -> str:  # noqa: ANN401 - of any type
    return "" if value is None else str(value)
