"""Forms with the settings of an app, a section each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, request
from werkzeug.datastructures import MultiDict

from idp.admin import clients
from idp.admin.clients import NothingChanged, RegistrationRefused
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.apps.fields import LONGEST, Field, Unreadable
from idp.console.pages.apps.secret_page import show_secret
from idp.console.pages.apps.sections import SECTIONS, Section
from idp.console.pages.find import find_client
from idp.kernel.colors import Color
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.client_colors import dark_palette
from idp.web.context import services
from idp.web.forms import single_value
from idp.web.pages import answers_json, json_response, translate

blueprint = Blueprint("settings", __name__)

PATH = console_paths.app_part_path("<client:client_id>", "settings/<name>")
CHECK = console_paths.app_part_path("<client:client_id>", "check")
ADDRESSES = frozenset(
    {
        "redirect_uris",
        "post_logout_redirect_uris",
        "web_origins",
        "backchannel_logout_uri",
        "client_uri",
        "policy_uri",
        "tos_uri",
    }
)
"""Fields that are checked while they are typed."""
FIRST_SECRET = Text("The app proves who it is with a secret from now on.")


@blueprint.get(PATH)
@views(Permission.VIEW_APPS, recent=True)
def show_form(tx: Transaction, admin: Admin, client_id: str, name: str) -> Response:
    """Show one section of the settings."""
    client, section = find_client(tx, client_id), _section(name)
    present = clients.registration_of(client)
    return _form(admin, client, section, {each.name: each.shown(present) for each in section.fields})


@blueprint.post(PATH)
@changes(Permission.CHANGE_APPS, recent=True)
def save_form(tx: Transaction, admin: Admin, client_id: str, name: str) -> Response:
    """Store what the form has; nothing outside of its section is read."""
    client, section = find_client(tx, client_id, lock=True), _section(name)
    values, errors = _read(section)
    back = console_paths.app_path(client_id)
    if not errors:
        present = clients.registration_of(client)
        wanted = replace(present, **values)
        try:
            shared = services()
            _, secret = clients.change(
                tx,
                client,
                wanted,
                shared.entropy,
                attesting=shared.settings.attesting,
                sealer=lambda: shared.sealer,
            )
        except NothingChanged:
            return responses.redirect_done(back, "unchanged")
        except RegistrationRefused as refused:
            errors = _place(section, refused)
        else:
            return show_secret(admin, client, secret, FIRST_SECRET) if secret else responses.redirect_done(back, name)
    return _form(admin, client, section, _typed(section), errors)


@blueprint.post(CHECK)
@changes(Permission.CHANGE_APPS)
@answers_json
def check_addresses(tx: Transaction, _: Admin, client_id: str) -> Response:
    """Return what is wrong with the addresses typed so far, for the page's script; nothing is stored."""
    name = single_value(request.form, "name")
    if name not in ADDRESSES:
        abort(400)
    field = next(each for section in SECTIONS.values() for each in section.fields if each.name == name)
    typed = field.read(MultiDict({name: single_value(request.form, "value", longest=LONGEST)}))
    wanted = replace(clients.registration_of(find_client(tx, client_id)), **{name: typed})
    found = clients.problems_of(wanted, name, attesting=services().settings.attesting)
    return json_response({"problems": [translate(text) for text in found]})


def _read(section: Section) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values that were typed, and sentences beside the fields that cannot be read."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for each in section.fields:
        try:
            values[each.name] = each.read(request.form)
        except Unreadable as error:
            errors[each.name] = error.text
    values |= {name: values[name] or "" for name in ("client_name", "token_endpoint_auth_method") if name in values}
    return values, errors


def _typed(section: Section) -> dict[str, Any]:
    """Return what was typed, as the form shows it again."""
    lists, ticks = {"ticks"}, {"tick"}
    return {
        each.name: request.form.getlist(each.name)
        if each.kind in lists
        else each.name in request.form
        if each.kind in ticks
        else request.form.get(each.name, "")
        for each in section.fields
    }


def _place(section: Section, refused: RegistrationRefused) -> dict[str, str]:
    """Return each fault beside its field; what is about another section stands above the form."""
    names, errors = {each.name for each in section.fields}, dict[str, str]()
    for problem in refused.problems:
        errors.setdefault(problem.field if problem.field in names else "form", problem.text)
    return errors


def _form(
    admin: Admin, client: Client, section: Section, values: Mapping[str, Any], errors: dict[str, str] | None = None
) -> Response:
    return responses.render(
        admin,
        "console/apps/settings.html",
        errors=errors,
        app={"name": client.client_name, "id": client.client_id},
        section={"title": section.title, "text": section.text},
        fields=[_shown(each, values[each.name]) for each in section.fields],
        may_change=admin.may(Permission.CHANGE_APPS),
        check_href=console_paths.app_part_path(client.client_id, "check"),
        back_href=console_paths.app_path(client.client_id),
    )


def _shown(each: Field, value: Any) -> dict[str, Any]:  # noqa: ANN401 - its kind says which type
    chosen = value if isinstance(value, list) else [value or ""]
    options = [{"value": name, "title": title, "chosen": name in chosen} for name, title in each.options]
    return {
        "name": each.name,
        "kind": each.kind,
        "label": each.label,
        "hint": each.hint,
        "checked": each.name in ADDRESSES,
        "value": "" if value is None else value,
        "options": options,
    } | ({"on_dark": _on_dark(value)} if each.kind == "color" else {})


def _on_dark(color: str | None) -> str:
    try:
        return dark_palette(Color.parse(color or "")).accent.css
    except ValueError:
        return ""


def _section(name: str) -> Section:
    if name not in SECTIONS:
        abort(404)
    return SECTIONS[name]
