"""What all pages of the account share."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from idp.account.change_guard import with_reauth_id
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.flow.session_guard import ACCOUNT_FORMS
from idp.login.state.session import AuthenticatedSession
from idp.web import account_paths, csrf
from idp.web.context import services
from idp.web.cookies import SESSION, write_session
from idp.web.navigation import done_notice, is_current
from idp.web.pages import page, see_other

NAVIGATION = (
    (Text("Overview"), account_paths.HOME),
    (Text("Profile"), account_paths.PROFILE),
    (Text("Security"), account_paths.SECURITY),
    (Text("Connected apps"), account_paths.APPS),
    (Text("Activity"), account_paths.ACTIVITY),
)

NOTICES = {
    "profile": Text("Your profile is saved."),
    "email-asked": Text("We sent a mail to the new address. Open the link in it; until then nothing changes."),
    "email-forgotten": Text("Your email address stays as it is."),
    "phone": Text("Your phone number is confirmed."),
    "phone-removed": Text("Your phone number is removed."),
    "password": Text("Your password is changed. Everywhere else you are signed out."),
    "replaced": Text("Your authenticator app is replaced. The old one no longer works."),
    "added": Text("Your authenticator app is set up."),
    "passkey-added": Text("Your passkey is added. Use it the next time you sign in."),
    "passkey-renamed": Text("Your passkey has its new name."),
    "passkey-removed": Text("That passkey is removed. You can delete it on your device as well."),
    "codes-added": Text("Codes by message are set up. They are one more way to give your second step."),
    "factor-removed": Text("That is no longer a second step of yours."),
    "turned-off": Text("Your second step is off. Your password alone protects the account now: make it a long one."),
    "saved": Text("Your second step is on, and your recovery codes are saved."),
    "forgotten": Text("That device is asked for a code from now on."),
    "ended": Text("That browser is signed out."),
    "ended-others": Text("Every other browser is signed out."),
    "confirmed": Text("Thank you. Now choose again what to end."),
    "removed": Text("That app can no longer see anything of your account."),
}
"""The notice of a page after a change, by the `done` of its address."""
FORGETTING = frozenset(
    (
        *("phone", "phone-removed", "password", "replaced", "added"),
        *("passkey-added", "passkey-removed", "codes-added", "factor-removed"),
    )
)
"""Changes after which no device is remembered; without a second step none was."""


def render(auth_session: AuthenticatedSession, template: str, **more: Any) -> Response:
    """Render a page of the account; `more` is as for `page`."""
    user = auth_session.person.user
    common = {
        "user": {"name": user.display_name, "username": user.username},
        "nav": [
            {"title": title, "href": href, "current": is_current(href, home=account_paths.HOME)}
            for title, href in NAVIGATION
        ],
        "logout_action": account_paths.SIGN_OUT,
        "csrf_token": csrf.token(SESSION.read() or "", ACCOUNT_FORMS),
        "action": with_reauth_id(request.path),
        "back_href": account_paths.SECURITY,
        "bar": _bar(auth_session),
        "forgets_devices": auth_session.person.has_second_step,
        "forgot_devices": auth_session.person.has_second_step and request.args.get("done") in FORGETTING,
    }
    return page(template, **(common | more))


def redirect_done(what: str, *, handle: str | None = None, page_path: str = account_paths.SECURITY) -> Response:
    """Redirect to a page that shows what was done; `handle` is the session's new handle."""
    path = f"{page_path}?done={what}"
    return redirect_with_session(path, handle) if handle else see_other(path)


def redirect_with_session(path: str, handle: str) -> Response:
    """Redirect to a page of ours, and set the session's new handle."""
    response = see_other(path)
    write_session(response, handle)
    return response


def notice() -> str | None:
    """Return the notice of what was just done."""
    return done_notice(NOTICES)


def _bar(auth_session: AuthenticatedSession) -> dict[str, str] | None:
    """Return the notice of a required second step; every page shows it until one is set up."""
    due = auth_session.person.second_step_due(services().clock.now())
    if due is None:
        return None
    text = Text("Your organisation requires a second step. You can go on without it until {due}.", due=Moment(due))
    return {"text": text, "href": account_paths.SET_UP, "label": Text("Set it up now")}
