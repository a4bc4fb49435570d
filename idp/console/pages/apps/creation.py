"""A new app: its kind, then a name and an address; its secret is shown on the page after it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from idp.admin import Refused, app_kinds, client_uris, clients
from idp.admin.app_kinds import KINDS
from idp.admin.client_rules import Registration
from idp.admin.clients import IdTaken, RegistrationRefused
from idp.admin.permissions import Permission
from idp.admin.recipes import AppKind, settings_for
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.apps.connection import describe_recipe
from idp.kernel.text import Text
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.choices import options
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import FieldError

blueprint = Blueprint("creation", __name__)

FIELDS = ("client_name", "address", "software", "client_id")
TAKEN = Text("Another app has this id already. Choose another one.")
NO_ADDRESS = Text("Type where the app is, such as https://app.example.com")
NOT_HTTPS = Text("The address must begin with https (http only on localhost).")
NO_WEB_ADDRESS = Text("This is not the address of an app. Type one such as https://app.example.com")
AT_ADDRESS = frozenset({"client_uri", "post_logout_redirect_uris", "redirect_uris", "web_origins"})
"""Fields that were made from the address."""


@blueprint.get(console_paths.NEW_APP)
@views(Permission.CHANGE_APPS)
def choose_kind(_: Transaction, admin: Admin) -> Response:
    """Show the kinds of apps."""
    kinds = [
        {"href": console_paths.new_app_path(kind), "title": each.title, "text": each.text}
        for kind, each in KINDS.items()
    ]
    return responses.render(admin, "console/apps/kinds.html", kinds=kinds)


@blueprint.get(console_paths.new_app_path("<kind>"))
@views(Permission.CHANGE_APPS)
def show_form(_: Transaction, admin: Admin, kind: str) -> Response:
    """Show the form for a new app."""
    return _form(admin, _kind(kind), dict.fromkeys(FIELDS, ""))


@blueprint.post(console_paths.new_app_path("<kind>"))
@changes(Permission.CHANGE_APPS)
def create_app(tx: Transaction, admin: Admin, kind: str) -> Response:
    """Register the app, and show its secret once."""
    chosen, given = _kind(kind), {name: single_value(request.form, name).strip() for name in FIELDS}
    if chosen in {AppKind.WEB, AppKind.BROWSER} and (wrong := _address_problem(given["address"])):
        return _form(admin, chosen, given, ("address", wrong))
    wanted = app_kinds.new_registration(
        chosen,
        client_id=given["client_id"] or app_kinds.id_from_name(given["client_name"]) or services().entropy.token(9),
        name=given["client_name"],
        address=given["address"],
        software=given["software"],
    )
    try:
        secret = clients.add(tx, wanted, services().entropy, attesting=services().settings.attesting)
    except IdTaken:
        return _form(admin, chosen, given | {"client_id": wanted.client_id}, ("client_id", TAKEN))
    except Refused as refused:
        return _form(admin, chosen, given, _place(refused))
    return _created(admin, wanted, secret, given["software"] or _usual_software(chosen), given["address"])


def _created(admin: Admin, wanted: Registration, secret: str | None, software: str, address: str) -> Response:
    """Show the new app; the secret is in this answer alone."""
    issuer = services().settings.issuer
    paste = settings_for(software, issuer=issuer, client_id=wanted.client_id, secret=secret, url=address or None)
    return responses.render(
        admin,
        "console/apps/created.html",
        app={"name": wanted.client_name, "id": wanted.client_id},
        secret=secret,
        issuer=issuer,
        paste=describe_recipe(software) | {"text": paste},
        redirect_uris=list(wanted.redirect_uris),
        app_href=console_paths.app_path(wanted.client_id),
        try_href=console_paths.app_part_path(wanted.client_id, "try") if wanted.redirect_uris else None,
    )


def _form(admin: Admin, kind: AppKind, values: dict[str, str], error: FieldError | None = None) -> Response:
    return responses.render(
        admin,
        "console/apps/new.html",
        error=error,
        kind={"name": kind, "title": KINDS[kind].title, "text": KINDS[kind].text, "address": KINDS[kind].has_address},
        values=values,
        software=options(app_kinds.software_of(kind) if kind is AppKind.WEB else {}, values["software"]),
        back_href=console_paths.NEW_APP,
    )


def _usual_software(kind: AppKind) -> str:
    return next(iter(app_kinds.software_of(kind)))


def _address_problem(address: str) -> Text | None:
    """Return why no app can be at this address."""
    if not address:
        return NO_ADDRESS
    if not client_uris.home_page_problem(address):
        return None
    return NO_WEB_ADDRESS if address.lower().startswith("https://") else NOT_HTTPS


def _place(refused: Refused) -> tuple[str, str]:
    """Return the field of the form that a refusal is about."""
    if not isinstance(refused, RegistrationRefused):
        return "form", refused.text
    problem = refused.problems[0]
    name = "address" if problem.field in AT_ADDRESS else problem.field
    return (name if name in FIELDS else "form"), problem.text


def _kind(name: str) -> AppKind:
    if name not in set(AppKind):
        abort(404)
    return AppKind(name)
