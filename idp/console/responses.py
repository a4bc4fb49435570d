"""What all pages of the console share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from idp.admin import Refused
from idp.admin.permissions import Permission
from idp.console.guard import Admin
from idp.kernel.text import Text
from idp.login.flow.session_guard import ACCOUNT_FORMS, ADMIN_FORMS
from idp.web import account_paths, console_paths, csrf
from idp.web.cookies import SESSION
from idp.web.errors import Link, error_page
from idp.web.navigation import done_notice, is_current
from idp.web.pages import page, see_other

NAVIGATION = (
    (Text("Overview"), console_paths.HOME, Permission.VIEW_OVERVIEW),
    (Text("People"), console_paths.PEOPLE, Permission.VIEW_PEOPLE),
    (Text("Groups"), console_paths.GROUPS, Permission.VIEW_PEOPLE),
    (Text("Apps"), console_paths.APPS, Permission.VIEW_APPS),
    (Text("APIs"), console_paths.APIS, Permission.VIEW_APPS),
    (Text("Sign-in policy"), console_paths.POLICY, Permission.VIEW_POLICY),
    (Text("Sessions"), console_paths.SESSIONS, Permission.VIEW_SESSIONS),
    (Text("Audit"), console_paths.AUDIT, Permission.VIEW_AUDIT),
    (Text("Messages"), console_paths.MESSAGES, Permission.VIEW_MESSAGES),
    (Text("Keys"), console_paths.KEYS, Permission.VIEW_KEYS),
)
"""The sections in the order of the navigation; those without a page are left out until they have one."""


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """A question before a change: what it is, what follows from it, and the button.

    `fields` are sent with the form. `back` is the page to return to without a change.
    """

    question: Text
    lead: Text
    points: Sequence[str] = ()
    button: Text
    back: str
    fields: Sequence[tuple[str, str]] = ()
    danger: bool = True


def render(admin: Admin, template: str, *, notices: dict[str, Text] | None = None, **more: Any) -> Response:
    """Render a page of the console; `more` is as for `page`.

    `notices` are the sentences that the page may show after a change, by the `done` of its address.
    """
    user = admin.user
    common = {
        "user": {"name": user.display_name, "username": user.username},
        "nav": [
            {"title": title, "href": href, "current": is_current(href, home=console_paths.HOME)}
            for title, href, permission in NAVIGATION
            if admin.may(permission)
        ],
        "logout_action": account_paths.SIGN_OUT,
        "logout_token": csrf.token(SESSION.read() or "", ACCOUNT_FORMS),
        "account_href": account_paths.HOME,
        "csrf_token": csrf.token(SESSION.read() or "", ADMIN_FORMS),
        "action": request.path,
        "notice": done_notice(notices or {}),
    }
    return page(template, **(common | more))


def confirm(admin: Admin, question: Confirmation, *, status: int | None = None, error: str | None = None) -> Response:
    """Ask before a change; the form posts to the present path."""
    return render(
        admin,
        "console/confirm.html",
        status=status,
        error=("form", error) if error else None,
        question=question.question,
        lead=question.lead,
        points=list(question.points),
        button=question.button,
        back_href=question.back,
        fields=[{"name": name, "value": value} for name, value in question.fields],
        danger=question.danger,
    )


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a change of many rows is; `text` says it in words, `fields` are those of the next batch.

    `finished`: there is none. `back` is the page to return to, `back_label` its link when all is done.
    """

    title: Text
    text: Text
    done: int
    total: int
    details: Sequence[Text] = ()
    fields: Sequence[tuple[str, str]] = ()
    finished: bool = False
    back: str
    back_label: Text


def show_progress(admin: Admin, reached: Progress) -> Response:
    """Show how far a change is; its form posts the next batch to the present path."""
    return render(
        admin,
        "console/progress.html",
        title=reached.title,
        text=reached.text,
        done=reached.done,
        total=reached.total,
        details=list(reached.details),
        fields=[{"name": name, "value": value} for name, value in reached.fields],
        finished=reached.finished,
        back_href=reached.back,
        back_label=reached.back_label,
    )


def redirect_done(path: str, what: str) -> Response:
    """Redirect to a page that shows what was done."""
    return see_other(f"{path}?done={what}")


def refused(error: Refused) -> Response:
    """Answer 409 with the reason, after everything was rolled back."""
    title, href = next(
        (title, href)
        for title, href, _ in reversed(NAVIGATION)
        if is_current(href, home=console_paths.HOME) or href == console_paths.HOME
    )
    return error_page(409, Text("Nothing was changed"), error.text, [Link(title, href)])
