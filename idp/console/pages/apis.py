"""APIs that tokens are meant for: the list, the form, the secret, removal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request

from idp.admin import Refused, apis
from idp.admin.apis import ApiFields
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.responses import Confirmation
from idp.kernel.text import Text
from idp.persistence.apis import Api
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import parse_number, single_value

blueprint = Blueprint("apis", __name__)

NEW = f"{console_paths.APIS}/new"
API = f"{console_paths.APIS}/api"
SECRET = f"{API}/secret"
REMOVE = f"{API}/remove"
"""An identifier is an address itself, so it is a parameter (`id`), not a part of the path."""
LONGEST_LIST = 20_000
NOTICES = {"changed": Text("The API was changed."), "removed": Text("The API was removed.")}
NEW_API = ApiFields(identifier="", name="")


@blueprint.get(console_paths.APIS)
@views(Permission.VIEW_APPS)
def list_apis(tx: Transaction, admin: Admin) -> Response:
    """Show all APIs, and the issuers whose assertions get tokens without a sign-in."""
    may_change = admin.may(Permission.CHANGE_APPS)
    rows = [{"name": each.name, "identifier": each.identifier, "scopes": sorted(each.scopes)} for each in tx.apis.all()]
    return responses.render(
        admin,
        "console/apis/list.html",
        notices=NOTICES,
        apis=[row | {"href": console_paths.api_path(API, str(row["identifier"]))} for row in rows],
        new_href=NEW if may_change else None,
        trusted=tx.trusted_issuers.all(),
    )


@blueprint.get(NEW)
@views(Permission.CHANGE_APPS)
def show_new(_: Transaction, admin: Admin) -> Response:
    """Show the empty form."""
    return _form(admin, NEW_API)


@blueprint.post(NEW)
@changes(Permission.CHANGE_APPS)
def add_api(tx: Transaction, admin: Admin) -> Response:
    """Register an API and show its secret once."""
    wanted = NEW_API
    try:
        wanted = _typed(single_value(request.form, "identifier").strip())
        secret = apis.add(tx, admin.actor, wanted, services().entropy, issuer=services().settings.issuer)
    except Refused as refused:
        return _form(admin, wanted, refused=refused)
    return _show_secret(admin, wanted.name, wanted.identifier, secret)


@blueprint.get(API)
@views(Permission.VIEW_APPS, recent=True)
def show_api(tx: Transaction, admin: Admin) -> Response:
    """Show an API: its fields, and what it publishes about itself."""
    api = _find(tx)
    return _form(admin, apis.fields_of(api), present=api)


@blueprint.post(API)
@changes(Permission.CHANGE_APPS, recent=True, back=console_paths.APIS)
def change_api(tx: Transaction, admin: Admin) -> Response:
    """Store the fields of an API."""
    api = _find(tx)
    wanted = apis.fields_of(api)
    try:
        wanted = _typed(api.identifier)
        apis.change(tx, admin.actor, wanted)
    except Refused as refused:
        return _form(admin, wanted, present=api, refused=refused)
    return responses.redirect_done(console_paths.APIS, "changed")


@blueprint.get(SECRET)
@views(Permission.CHANGE_APPS, recent=True)
def ask_secret(tx: Transaction, admin: Admin) -> Response:
    """Ask before the secret is replaced."""
    api = _find(tx)
    question = Confirmation(
        question=Text("Make a new secret for {name}?", name=api.name),
        lead=Text("The API proves with it who it is when it asks whether a token is good."),
        points=[Text("The secret it has now stops working at once.")],
        button=Text("Make a new secret"),
        back=console_paths.api_path(API, api.identifier),
        fields=[("id", api.identifier)],
    )
    return responses.confirm(admin, question)


@blueprint.post(SECRET)
@changes(Permission.CHANGE_APPS, recent=True, back=console_paths.APIS)
def make_secret(tx: Transaction, admin: Admin) -> Response:
    """Make a new secret and show it once."""
    api = _find(tx)
    secret = apis.make_secret(tx, admin.actor, api.identifier, services().entropy)
    return _show_secret(admin, api.name, api.identifier, secret)


@blueprint.get(REMOVE)
@views(Permission.CHANGE_APPS, recent=True)
def ask_removal(tx: Transaction, admin: Admin) -> Response:
    """Say what ends."""
    api = _find(tx)
    question = Confirmation(
        question=Text("Remove the API {name}?", name=api.name),
        lead=Text("Apps get no token for it any more."),
        points=[Text("Tokens that were issued are good until they expire, unless the API asks here.")],
        button=Text("Remove the API"),
        back=console_paths.api_path(API, api.identifier),
        fields=[("id", api.identifier)],
    )
    return responses.confirm(admin, question)


@blueprint.post(REMOVE)
@changes(Permission.CHANGE_APPS, recent=True, back=console_paths.APIS)
def remove_api(tx: Transaction, admin: Admin) -> Response:
    """Remove an API."""
    apis.remove(tx, admin.actor, _find(tx).identifier)
    return responses.redirect_done(console_paths.APIS, "removed")


def _find(tx: Transaction) -> Api:
    values = request.form if "id" in request.form else request.args
    return tx.apis.by_identifier(single_value(values, "id")) or abort(404)


def _typed(identifier: str) -> ApiFields:
    """Return the fields that were typed; raises `Refused`."""
    typed = single_value(request.form, "access_token_lifetime").strip()
    life = parse_number(typed)
    if typed and life is None:
        raise Refused(Text("Type a number of seconds."), field="access_token_lifetime")
    scopes = [line.partition("=") for line in _lines("scopes")]
    return ApiFields(
        identifier=identifier,
        name=single_value(request.form, "name").strip(),
        scopes={name.strip(): title.strip() for name, _, title in scopes},
        exchange_clients=_lines("exchange_clients"),
        access_token_lifetime=life,
    )


def _lines(name: str) -> list[str]:
    lines = single_value(request.form, name, longest=LONGEST_LIST).splitlines()
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def _form(admin: Admin, shown: ApiFields, *, present: Api | None = None, refused: Refused | None = None) -> Response:
    typed = request.form if refused else {}
    identifier = present.identifier if present else str(typed.get("identifier", ""))
    return responses.render(
        admin,
        "console/apis/form.html",
        errors=refused.fields if refused else None,
        title=present.name if present else Text("New API"),
        new=present is None,
        may_change=admin.may(Permission.CHANGE_APPS),
        api={"identifier": identifier} | _values(shown, typed),
        metadata=apis.metadata_of(present, services().settings.issuer) if present else None,
        metadata_address=apis.metadata_address(present.identifier) if present else None,
        secret_href=console_paths.api_path(SECRET, identifier) if present else None,
        remove_href=console_paths.api_path(REMOVE, identifier) if present else None,
        back_href=console_paths.APIS,
    )


def _values(shown: ApiFields, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return what stands in the fields: what was typed, or what is stored."""
    stored = {
        "name": shown.name,
        "scopes": "\n".join(f"{name} = {title}" for name, title in shown.scopes.items()),
        "exchange_clients": "\n".join(shown.exchange_clients),
        "access_token_lifetime": "" if shown.access_token_lifetime is None else shown.access_token_lifetime,
    }
    return {name: typed.get(name, value) for name, value in stored.items()}


def _show_secret(admin: Admin, name: str, identifier: str, secret: str) -> Response:
    return responses.render(
        admin,
        "console/apis/secret.html",
        api={"name": name, "identifier": identifier},
        secret=secret,
        api_href=console_paths.api_path(API, identifier),
    )
