"""Ending all sessions that match a search: a question with their number, then batch by batch.

Each post works for a few seconds in short transactions, so that nobody waits for a lock. If sessions are left, its
answer shows how many ended, and a form that goes on.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from idp.admin import Refused, sessions
from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, changes, views
from idp.console.pages.sessions import typed_filter
from idp.console.responses import Confirmation, Progress
from idp.kernel.clock import stopwatch
from idp.kernel.text import Text, plural
from idp.persistence.session_search import SessionFilter
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.context import services
from idp.web.forms import parse_number, single_value
from idp.web.pages import see_other

WORK_SECONDS = 3.0
"""Seconds that one post works."""

blueprint = Blueprint("session_revocation", __name__)


@blueprint.get(console_paths.END_SESSIONS)
@views(Permission.END_SESSIONS, recent=True)
def show_question(tx: Transaction, admin: Admin) -> Response:
    """Ask whether all these sessions shall end."""
    typed = typed_filter(request.args)
    back = console_paths.sessions_search_path(**typed.given)
    try:
        wanted = _wanted(tx, admin, started=tx.now)
    except Refused:
        return see_other(back)
    count = tx.session_search.count(wanted)
    if not count:
        return see_other(back)
    fields = {**typed.given, "started": str(tx.now), "total": str(count), "done": "0"}
    points = [Text("The apps that were opened from them are signed out too."), Text("Everybody gets a mail.")]
    if not admin.actor.is_owner:
        points.append(Text("Those of administrators stay: only an owner ends them."))
    points.append(Text("Your own session here stays."))
    return responses.confirm(
        admin,
        Confirmation(
            question=plural("End {count} session?", "End {count} sessions?", count=count),
            lead=Text("People sign in again when they come back. This cannot be undone."),
            points=points,
            button=plural("End {count} session", "End {count} sessions", count=count),
            back=back,
            fields=list(fields.items()),
        ),
    )


@blueprint.post(console_paths.END_SESSIONS)
@changes(Permission.END_SESSIONS, recent=True, back=console_paths.SESSIONS)
def end_all(tx: Transaction, admin: Admin) -> Response:
    """End the sessions of the question, as many as there is time for."""
    started, total, done = (_number(name) for name in ("started", "total", "done"))
    try:
        wanted = _wanted(tx, admin, started=min(started, tx.now))
    except Refused:
        return see_other(console_paths.SESSIONS)
    began = stopwatch()
    while True:
        with services().database.write(tx.origin) as batch:
            ended = sessions.end_some(batch, admin.actor, wanted)
        if not ended:
            return responses.redirect_done(console_paths.SESSIONS, "ended-all")
        done += ended
        if stopwatch() - began >= WORK_SECONDS:
            break
    fields = {**typed_filter(request.form).given, "started": str(started), "total": str(total), "done": str(done)}
    total = max(total, done)
    return responses.show_progress(
        admin,
        Progress(
            title=Text("Ending sessions"),
            text=Text("{done} of {total} are done.", done=done, total=total),
            done=done,
            total=total,
            fields=list(fields.items()),
            back=console_paths.SESSIONS,
            back_label=Text("Sessions"),
        ),
    )


def _wanted(tx: Transaction, admin: Admin, *, started: int) -> SessionFilter:
    """Return the sessions that began before the question, except those that this administrator may not end.

    An age means the moment of the question, too: otherwise more would match from one post to the next.
    """
    typed = typed_filter(request.values)
    wanted = sessions.parse_filter(tx, typed, idle=services().settings.session_idle, now=started)
    until = started if wanted.until is None else min(wanted.until, started)
    own = admin.auth_session.session.sid
    return replace(wanted, until=until, without_roles=not admin.actor.is_owner, except_sid=own)


def _number(name: str) -> int:
    return parse_number(single_value(request.form, name)) or 0
