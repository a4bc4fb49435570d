"""Messages: what was sent to whom, and sending it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from idp.admin import Refused, messages
from idp.admin.permissions import Permission
from idp.console import days, paging, responses
from idp.console.guard import Admin, changes, views
from idp.console.message_texts import CHANNELS, KINDS, STATES, kind_text, reason_text
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.messaging.ciba_pings import TO_APPS
from idp.persistence.keyset import Page
from idp.persistence.message_records import MessageFilter
from idp.persistence.outbox import MessageState, OutboxMessage
from idp.persistence.transaction import Transaction
from idp.web import console_paths
from idp.web.choices import options
from idp.web.forms import single_value
from idp.web.pages import FieldError

KEY = (int, int)
NOTICES = {"sent": Text("The message is sent again now.")}
NOBODY = Text("Nobody has this user name or email address. Type all of it.")
NO_DAY = Text("Type a day as year-month-day, such as 2026-06-01.")
LONGEST = 256
ALL = Text("All")
TONES = {MessageState.DELIVERED: "on", MessageState.WAITING: "off"}

blueprint = Blueprint("messages", __name__)


@blueprint.get(console_paths.MESSAGES)
@views(Permission.VIEW_MESSAGES)
def list_messages(tx: Transaction, admin: Admin) -> Response:
    """List messages, newest first."""
    return _render_list(tx, admin)


@blueprint.post(console_paths.message_path("<int(max=9223372036854775807):message_id>"))
@changes(Permission.SEND_MESSAGES, back=console_paths.MESSAGES)
def send_again(tx: Transaction, admin: Admin, message_id: int) -> Response:
    """Let a message that was not delivered be sent at once."""
    try:
        messages.send_again(tx, admin.actor, message_id)
    except Refused as refused:
        return _render_list(tx, admin, status=409, error=("form", refused.text))
    return responses.redirect_done(console_paths.MESSAGES, "sent")


def _render_list(tx: Transaction, admin: Admin, *, status: int = 200, error: FieldError | None = None) -> Response:
    typed = {
        name: single_value(request.args, name, longest=LONGEST).strip()
        for name in ("person", "kind", "channel", "state", "since", "until")
    }
    wanted, wrong = _filter(tx, typed)
    page = Page[OutboxMessage]() if wrong else tx.message_records.page(wanted, paging.position(KEY), limit=paging.PAGE)
    apps = tx.clients.by_ids({message.recipient for message in page.records if message.channel in TO_APPS})
    names = {client_id: client.client_name for client_id, client in apps.items()}
    return responses.render(
        admin,
        "console/messages.html",
        status=status,
        error=error or wrong,
        notices=NOTICES,
        action=console_paths.MESSAGES,
        typed=typed,
        filtered=any(typed.values()),
        kinds=options(KINDS, typed["kind"], without=ALL),
        channels=options(CHANNELS, typed["channel"], without=ALL),
        states=options(STATES, typed["state"], without=ALL),
        messages=[_row(admin, message, names) for message in page.records],
        links=paging.links(page, lambda message: (message.created_at, message.id)),
        may_send=admin.may(Permission.SEND_MESSAGES),
    )


def _filter(tx: Transaction, typed: Mapping[str, str]) -> tuple[MessageFilter, tuple[str, str] | None]:
    """Return what to list, and a field with what is wrong in it."""
    since, until = days.first_second(typed["since"]), days.last_second(typed["until"])
    user = tx.users.by_identifier(typed["person"]) if typed["person"] else None
    wanted = MessageFilter(
        user_id=user.id if user else None,
        kind=typed["kind"] or None,
        channel=typed["channel"] or None,
        state=MessageState(typed["state"]) if typed["state"] in STATES else None,
        since=since,
        until=until,
    )
    if typed["person"] and user is None:
        return wanted, ("person", NOBODY)
    wrong = next((name for name, found in (("since", since), ("until", until)) if typed[name] and found is None), None)
    return wanted, (wrong, NO_DAY) if wrong else None


def _row(admin: Admin, message: OutboxMessage, app_names: Mapping[str, str]) -> dict[str, Any]:
    state = message.shown_state
    again = messages.find_resend_problem(message)
    return {
        "when": Moment(message.created_at),
        "to": app_names.get(message.recipient) or messages.shown_recipient(message.channel, message.recipient),
        "to_href": _recipient_path(admin, message),
        "kind": kind_text(message.kind),
        "channel": CHANNELS.get(message.channel, message.channel),
        "state": STATES[state],
        "tone": TONES.get(state, "low"),
        "tries": message.attempts,
        "reason": reason_text(message.last_error) if message.last_error else None,
        "ended": Moment(message.ended_at) if message.ended_at else None,
        "next": Moment(message.next_attempt_at) if state is MessageState.FAILED else None,
        "given_up": state is MessageState.ABANDONED,
        "undelivered": state in {MessageState.FAILED, MessageState.ABANDONED},
        "not_again": again,
        "again_action": console_paths.message_path(str(message.id)),
    }


def _recipient_path(admin: Admin, message: OutboxMessage) -> str | None:
    if message.channel in TO_APPS:
        return console_paths.app_path(message.recipient) if admin.may(Permission.VIEW_APPS) else None
    may = message.user_id and admin.may(Permission.VIEW_PEOPLE)
    return console_paths.person_path(message.user_id) if may and message.user_id else None
