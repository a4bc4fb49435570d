"""Signing keys: their states, and rotation with what it does to apps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request

from idp.admin import Refused, keys
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.responses import Confirmation
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.persistence.transaction import Transaction
from idp.signing.rotation import KeyState, KeyStatus
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import single_value

STATES = {
    KeyState.NEXT: (Text("Published, not used yet"), "low"),
    KeyState.ACTIVE: (Text("In use"), "on"),
    KeyState.RETIRED: (Text("Retired"), "off"),
}
UNTIL = {
    KeyState.NEXT: Text("Used from {time}"),
    KeyState.ACTIVE: Text("The next key is due on {time}"),
    KeyState.RETIRED: Text("Published until {time}, so that what it signed stays valid"),
}
NOTICES = {
    "planned": Text("The next keys are published. They are used once apps have had time to fetch them."),
    "at-once": Text("New keys are in use. What the old ones signed stays valid until it ends."),
}

blueprint = Blueprint("keys", __name__)


@blueprint.get(console_paths.KEYS)
@views(Permission.VIEW_KEYS)
def list_keys(_: Transaction, admin: Admin) -> Response:
    """List the keys by algorithm."""
    return _list(admin)


@blueprint.get(console_paths.ROTATE_KEYS)
@views(Permission.CHANGE_KEYS, recent=True)
def ask_to_rotate(_: Transaction, admin: Admin) -> Response:
    """Ask before the next keys are published."""
    return _ask(admin, at_once=False)


@blueprint.post(console_paths.ROTATE_KEYS)
@changes(Permission.CHANGE_KEYS, recent=True)
def rotate(tx: Transaction, admin: Admin) -> Response:
    """Publish the next keys."""
    return _rotate(tx, admin, at_once=False)


@blueprint.get(console_paths.REPLACE_KEYS)
@views(Permission.CHANGE_KEYS, recent=True)
def ask_to_replace(_: Transaction, admin: Admin) -> Response:
    """Ask before new keys sign at once."""
    return _ask(admin, at_once=True)


@blueprint.post(console_paths.REPLACE_KEYS)
@changes(Permission.CHANGE_KEYS, recent=True)
def replace_now(tx: Transaction, admin: Admin) -> Response:
    """Let new keys sign at once."""
    return _rotate(tx, admin, at_once=True)


def _list(admin: Admin, *, status: int = 200, error: str | None = None) -> Response:
    return responses.render(
        admin,
        "console/keys.html",
        status=status,
        error=("form", error) if error else None,
        notices=NOTICES,
        keys=_rows(services().keyring.survey(fresh=True)),
        may_change=admin.may(Permission.CHANGE_KEYS),
        rotate_href=console_paths.ROTATE_KEYS,
        replace_href=console_paths.REPLACE_KEYS,
        days=services().settings.key_rotation_days,
    )


def _rows(found: list[KeyStatus]) -> list[dict[str, Any]]:
    waiting = {status.key.alg for status in found if status.state is KeyState.NEXT}
    return [_row(status, may_turn=status.key.alg not in waiting) for status in found]


def _row(found: KeyStatus, *, may_turn: bool) -> dict[str, Any]:
    title, tone = STATES[found.state]
    return {
        "alg": found.key.alg,
        "kid": found.key.kid,
        "state": title,
        "tone": tone,
        "may_turn": may_turn and found.state is KeyState.ACTIVE,
        "made": Moment(found.key.created_at),
        "until": UNTIL[found.state].with_values(time=Moment(found.until)),
    }


def _chosen_algs() -> list[str] | None:
    """Return the algorithm that the address or the form names, None for all of them."""
    chosen = single_value(request.values, "alg", longest=20)
    if chosen and chosen not in services().keyring.algorithms:
        abort(404)
    return [chosen] if chosen else None


def _ask(admin: Admin, *, at_once: bool) -> Response:
    algs = _chosen_algs()
    preview = services().keyring.preview(at_once=at_once, algs=algs)
    if not preview.algs:
        return _list(admin, status=409, error=keys.NOTHING_TO_DO)
    names, start, end = ", ".join(preview.algs), Moment(preview.signs_from), Moment(preview.kept_until)
    kept = Text("What the present keys signed stays valid, and they stay published until {time}.", time=end)
    planned = (
        Text("Apps that fetch the keys by themselves need nothing: they have time until {time}.", time=start),
        Text("An app in which somebody pasted a key refuses sign-ins from then on. Give it the new key before."),
        kept,
        Text("Nobody is signed out."),
    )
    replaced = (
        Text("Apps that fetch the keys by themselves do so when they see the first new one."),
        Text("An app that keeps keys and does not look again refuses sign-ins until it does. Restart it, or wait."),
        Text("An app in which somebody pasted a key refuses sign-ins at once. Give it the new key."),
        kept,
    )
    question = Confirmation(
        question=Text("Use new keys at once?") if at_once else Text("Publish the next keys now?"),
        lead=(
            Text("For keys that somebody else may know: {algorithms}.", algorithms=names)
            if at_once
            else Text("For {algorithms}. They are used from {time}.", algorithms=names, time=start)
        ),
        points=replaced if at_once else planned,
        button=Text("Use new keys now") if at_once else Text("Publish the next keys"),
        back=console_paths.KEYS,
        fields=[("alg", algs[0])] if algs else (),
        danger=at_once,
    )
    return responses.confirm(admin, question)


def _rotate(tx: Transaction, admin: Admin, *, at_once: bool) -> Response:
    try:
        keys.rotate_by(tx, admin.actor, services().keyring, at_once=at_once, algs=_chosen_algs())
    except Refused as refused:
        return _list(admin, status=409, error=refused.text)
    return responses.redirect_done(console_paths.KEYS, "at-once" if at_once else "planned")
