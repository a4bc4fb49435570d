"""The first page: what needs somebody, and how sign-in goes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from idp.admin.overview import MOST_LATE, MOST_MESSAGES, Overview, read_overview
from idp.admin.permissions import Permission
from idp.console import charts, responses
from idp.console.guard import Admin, views
from idp.console.role_texts import ROLE_TEXTS
from idp.kernel.dates import Day, Moment
from idp.kernel.text import Text, plural
from idp.login.policy.methods import MOST_SECURE_FIRST
from idp.persistence.outbox import MessageState
from idp.persistence.transaction import Transaction
from idp.signing.rotation import KeyState
from idp.web import console_paths
from idp.web.context import services

MANY_LATE = Text("At least {count} people have not set up a second step yet", count=MOST_LATE)
MANY_MESSAGES = Text("More than {count} messages were not delivered", count=MOST_MESSAGES)

blueprint = Blueprint("overview", __name__)


@blueprint.get(console_paths.HOME, strict_slashes=False)
@views(Permission.VIEW_OVERVIEW)
def show_page(tx: Transaction, admin: Admin) -> Response:
    """Show what needs somebody, the sign-ins of 30 days and who has a second step."""
    found = read_overview(tx, services().keyring, services().settings)
    return responses.render(
        admin,
        "console/overview.html",
        roles=[{"title": ROLE_TEXTS[role][0], "text": ROLE_TEXTS[role][1]} for role in sorted(admin.actor.roles)],
        counted_at=Moment(found.counted_at) if found.counted_at else None,
        tasks=[task for task in _tasks(tx, found) if admin.may(task["permission"])],
        days=[{"when": Day(day.start), "sign_ins": day.sign_ins, "failures": day.failures} for day in found.days],
        chart=charts.draw_columns([(day.sign_ins, day.failures) for day in found.days]),
        sign_ins=sum(day.sign_ins for day in found.days),
        failures=sum(day.failures for day in found.days),
        people=found.people,
        kinds=_kinds(found),
    )


def _tasks(tx: Transaction, found: Overview) -> list[dict[str, Any]]:
    """Return what needs somebody: what it is, and the one next action."""
    tasks = [_late(found), _undelivered(found)]
    names = {key: client.client_name for key, client in tx.clients.by_ids(set(found.failing_apps)).items()}
    tasks += [
        _failing(client, names[client], number) for client, number in found.failing_apps.items() if client in names
    ]
    return [task for task in (*tasks, _turning(found)) if task]


def _late(found: Overview) -> dict[str, Any]:
    if not found.late:
        return {}
    return {
        "permission": Permission.VIEW_PEOPLE,
        "icon": "person",
        "title": _late_title(found),
        "detail": Text("They are asked to set it up at their next sign-in. Remind them, or help them."),
        "action": Text("Show people"),
        "href": f"{console_paths.PEOPLE}?state=late",
    }


def _late_title(found: Overview) -> Text:
    if found.late >= MOST_LATE:
        return MANY_LATE
    if found.at_once:
        return plural(
            "{count} person has not set up a second step yet",
            "{count} people have not set up a second step yet",
            count=found.late,
        )
    return plural(
        "{count} person is late to set up a second step",
        "{count} people are late to set up a second step",
        count=found.late,
    )


def _undelivered(found: Overview) -> dict[str, Any]:
    undelivered = found.given_up + found.failed
    if not undelivered:
        return {}
    state = MessageState.ABANDONED if found.given_up else MessageState.FAILED
    count = plural("{count} message was not delivered", "{count} messages were not delivered", count=undelivered)
    return {
        "permission": Permission.VIEW_MESSAGES,
        "icon": "mail",
        "title": MANY_MESSAGES if undelivered >= MOST_MESSAGES else count,
        "detail": Text("In the last 7 days. See why, and send them again."),
        "action": Text("Show messages"),
        "href": f"{console_paths.MESSAGES}?state={state}",
    }


def _failing(client_id: str, name: str, number: int) -> dict[str, Any]:
    return {
        "permission": Permission.VIEW_APPS,
        "icon": "device",
        "title": Text("{app} has failures", app=name),
        "detail": plural(
            "{count} request was refused in the last day.",
            "{count} requests were refused in the last day.",
            count=number,
        ),
        "action": Text("Open app"),
        "href": console_paths.app_path(client_id),
    }


def _turning(found: Overview) -> dict[str, Any]:
    if not found.turning_keys:
        return {}
    first = min(found.turning_keys, key=lambda status: status.until)
    used, due = Text("A new signing key is used from {time}"), Text("A new signing key is due on {time}")
    return {
        "permission": Permission.VIEW_KEYS,
        "icon": "key",
        "title": (used if first.state is KeyState.NEXT else due).with_values(time=Moment(first.until)),
        "detail": Text("This happens by itself. Apps that keep keys for more than a day must fetch them anew."),
        "action": Text("Show keys"),
        "href": console_paths.KEYS,
    }


def _kinds(found: Overview) -> list[dict[str, Any]]:
    """Return each kind of second step and who has it; one person may have several kinds."""
    rows = [(method.spec.name, found.kinds[method]) for method in MOST_SECURE_FIRST if found.kinds.get(method)]
    rows.append((Text("No second step"), max(0, found.people - found.with_second_step)))
    return [{"title": title, "number": number, "share": charts.share(number, found.people)} for title, number in rows]
