"""One person: who they are, how they sign in, where they are signed in, and what happened."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort

from idp.activity.names import load_names
from idp.activity.own_sentences import QUIET
from idp.admin import invitations, user_lists
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.event_rows import event_row
from idp.console.guard import Admin, views
from idp.console.pages.people import rows
from idp.console.pages.people.action_table import ACTIONS, NOTICES
from idp.console.role_texts import ROLE_TEXTS
from idp.factors.recovery_codes import COUNT
from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.policy.methods import Method
from idp.persistence.roles import HolderKind, Role
from idp.persistence.transaction import Transaction
from idp.persistence.users import CLOSED, User
from idp.recovery import profile_form
from idp.web import console_paths, geoip
from idp.web.choices import options
from idp.web.context import services

RECENT = 10
"""Events on the page; the audit has the others."""
CLAIM_TITLES = {
    "name": Text("Full name"),
    "given_name": Text("Given name"),
    "middle_name": Text("Middle name"),
    "family_name": Text("Family name"),
    "nickname": Text("Nickname"),
    "birthdate": Text("Date of birth"),
    "gender": Text("Gender"),
    "locale": Text("Language"),
    "zoneinfo": Text("Time zone"),
    "website": Text("Website"),
    "profile": Text("Profile page"),
    "picture": Text("Picture"),
}

blueprint = Blueprint("person", __name__)


@blueprint.get(console_paths.person_path("<person:user_id>"))
@views(Permission.VIEW_PEOPLE)
def show_page(tx: Transaction, admin: Admin, user_id: str) -> Response:
    """Show everything about one person."""
    user = tx.users.by_id(user_id)
    if user is None or user.status == CLOSED:
        abort(404)
    held = tx.roles.of_user(user.id)
    locked = user_lists.is_locked(tx, user, services().settings)
    may_change = admin.may(Permission.CHANGE_PEOPLE) and (not held or admin.may(Permission.CHANGE_ROLES))
    return responses.render(
        admin,
        "console/people/person.html",
        notices=NOTICES
        | {
            "saved": Text("The changes are saved."),
            "created": Text("The account is made. Send the invitation when you are ready."),
        },
        person=rows.list_rows(tx, [user], locked=locked)[0] | {"locked": locked, "active": user.active},
        facts=_facts(user),
        contacts=_contacts(tx, user),
        invitation=_invitation(tx, user),
        factors=_factors(tx, user),
        devices=_devices(tx, user),
        sessions=_sessions(tx, user),
        apps=_apps(tx, user),
        groups=[
            {"name": group.name, "href": console_paths.group_path(group.id)} for group in tx.groups.of_user(user.id)
        ],
        roles=_roles(tx, user, held),
        events=_events(tx, user),
        may_change=may_change,
        may_change_roles=admin.may(Permission.CHANGE_ROLES),
        actions={name.replace("-", "_"): console_paths.person_action(user.id, name) for name in (*ACTIONS, "edit")},
        people_href=console_paths.PEOPLE,
        audit_href=console_paths.audit_of(user.id) if admin.may(Permission.VIEW_AUDIT) else None,
        sessions_href=console_paths.sessions_of(user.id) if admin.may(Permission.VIEW_SESSIONS) else None,
    )


def _facts(user: User) -> list[dict[str, Any]]:
    fields = profile_form.fields_of(user.profile)
    facts = [{"title": title, "value": fields[name]} for name, title in CLAIM_TITLES.items() if fields.get(name)]
    address = ", ".join(filter(None, (fields[name].replace("\n", ", ") for name in profile_form.ADDRESS)))
    facts += [{"title": Text("Postal address"), "value": address}] if address else []
    return [
        *facts,
        {"title": Text("Account made"), "value": Moment(user.created_at)},
        {"title": Text("Subject for apps"), "value": user.id},
    ]


def _contacts(tx: Transaction, user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "email_verified": user.email_verified,
        "phone": user.phone_number,
        "phone_verified": user.phone_number_verified,
        "changes": [
            {"old": change.old, "new": change.new, "when": Moment(change.made_at or 0), "value": change.digest}
            for change in tx.contact_changes.undoable_for_user(user.id)
        ],
    }


def _invitation(tx: Transaction, user: User) -> dict[str, Any] | None:
    """Return the invitation of somebody without a password; None of anybody else."""
    if not invitations.is_invited(user):
        return None
    found = invitations.find_open(tx, user)
    return {"until": Moment(found.expires_at) if found else ""}


def _factors(tx: Transaction, user: User) -> dict[str, Any]:
    facts = tx.sign_in_facts.for_user(user.id)
    return {
        "rows": [
            {
                "kind": Method(factor.kind).spec.name,
                "symbol": Method(factor.kind).spec.symbol,
                "label": factor.label if factor.kind == Method.PASSKEY else "",
                "since": Moment(factor.created_at),
                "used": Moment(factor.last_used_at) if factor.last_used_at else "",
            }
            for factor in facts.factors
        ],
        "password_changed": Moment(user.password_changed_at) if user.password_hash else "",
        "codes": {"left": facts.codes_left, "total": COUNT} if facts.recovery else None,
    }


def _devices(tx: Transaction, user: User) -> list[dict[str, Any]]:
    return [
        {
            "name": user_agents.from_stored_name(device.name),
            "since": Moment(device.trusted_at or device.first_seen_at),
            "until": Moment(device.trusted_until or device.first_seen_at),
        }
        for device in tx.devices.trusted_for_user(user.id, user.epoch)
    ]


def _sessions(tx: Transaction, user: User) -> list[dict[str, Any]]:
    idle = services().settings.session_idle
    return [
        {
            "browser": user_agents.browser_name(session.user_agent),
            "place": geoip.location_from_here(session.address),
            "seen": Moment(session.last_seen_at),
        }
        for session in tx.sessions.for_user(user.id)
        if tx.now < session.last_seen_at + idle
    ]


def _apps(tx: Transaction, user: User) -> list[dict[str, Any]]:
    since = {given.client_id: given.since for given in reversed(tx.grants.live_scopes(user.id))}
    since |= {consent.client_id: consent.granted_at for consent in tx.consents.for_user(user.id)}
    found = sorted(tx.clients.by_ids(since.keys()).values(), key=lambda client: client.client_name.casefold())
    return [
        {
            "name": client.client_name,
            "href": console_paths.app_path(client.client_id),
            "since": Moment(since[client.client_id]),
        }
        for client in found
    ]


def _roles(tx: Transaction, user: User, held: frozenset[Role]) -> dict[str, Any]:
    own = tx.roles.of_holder(HolderKind.PERSON, user.id)
    return {
        "rows": [
            {"value": str(role), "title": ROLE_TEXTS[role][0], "text": ROLE_TEXTS[role][1], "own": role in own}
            for role in Role
            if role in held
        ],
        "choices": options({role: ROLE_TEXTS[role][0] for role in reversed(Role) if role not in own}),
    }


def _events(tx: Transaction, user: User) -> list[dict[str, Any]]:
    found = tx.audit.for_user(user.id, limit=RECENT, without=QUIET)
    names = load_names(tx, found)
    return [event_row(event, names) for event in found]
