"""Who may look at an account, and who may change it. Every view below `/account/` passes here, except signing out.

What is missing is raised, so that nothing done before it is kept; `routes` answers with a sign-in that leads back.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from flask import Response, request

from idp.account.changes import ConcurrentChange
from idp.kernel.handles import MAX_HANDLE_LENGTH
from idp.kernel.text import Text
from idp.login.flow import grace, start
from idp.login.policy import rules
from idp.login.policy.requirement import AuthRequirement, join
from idp.login.state import login_flow
from idp.login.state import session as auth_sessions
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.web import csrf
from idp.web.context import services
from idp.web.cookies import SESSION
from idp.web.errors import Refusal
from idp.web.forms import once
from idp.web.transactions import origin

P = ParamSpec("P")
RequirementFactory = Callable[[int], AuthRequirement]
"""What is asked at a time (seconds, UTC)."""

SIGN_IN = "after"
"""The name of the sign-in in the address it leads to."""

PURPOSE = "account"
"""Form tokens of these pages are bound to the session cookie and this word."""


class SignInNeeded(Exception):
    """Not enough was proven here for this page; `return_to` is the path of ours to come back to, by GET."""

    def __init__(self, requirement: AuthRequirement, return_to: str) -> None:
        super().__init__(return_to)
        self.requirement, self.return_to = requirement, return_to


class CodesToSave(Exception):
    """Recovery codes wait to be saved: that comes first."""


def view_requirement(_now: int) -> AuthRequirement:
    """Being signed in, as policy wants it."""
    return AuthRequirement()


def end_sessions_requirement(now: int) -> AuthRequirement:
    """Ending sessions and trust: a factor proven again, lest a borrowed session shuts its owner out (ASVS 7.5.2)."""
    return AuthRequirement(not_before=now - services().settings.fresh_sign_in)


def change_credentials_requirement(now: int) -> AuthRequirement:
    """Changing what protects the account: everything the person has, proven again (ASVS 7.5.1)."""
    return rules.account_change_requirement(fresh_sign_in=services().settings.fresh_sign_in, now=now)


def reauth_return_url(page: str) -> str:
    """The address that a sign-in leads to when it was asked for this page alone; it names that sign-in."""
    return f"{page}?{SIGN_IN}={{login}}"


def with_reauth_id(path: str) -> str:
    """The address of a form, or the next page, of what the present page is about: it names the same sign-in."""
    reauth_id = once(request.args, SIGN_IN, longest=MAX_HANDLE_LENGTH)
    return f"{path}?{urlencode({SIGN_IN: reauth_id})}" if reauth_id else path


def require_reauthentication(tx: Transaction, auth_session: AuthenticatedSession, page: str) -> None:
    """Let pass who came here through a sign-in asked for this page, by password and second step, and for nothing else.

    However recent another sign-in is: somebody at a browser left unlocked has not proven anything by it. So the form is
    asked like the page, or a form made by hand would do; and a sign-in is good for one change, and for its own person.

    Raises:
        SignInNeeded: everybody else, who then proves everything again.
    """
    row = tx.login_flows.by_id(once(request.args, SIGN_IN, longest=MAX_HANDLE_LENGTH))
    user = auth_session.person.user
    if (
        row is not None
        and row.finished_at is not None
        and (row.user_id, row.epoch) == (user.id, user.epoch)
        and row.return_to == reauth_return_url(page).replace("{login}", row.id)
    ):
        requested = join(login_flow.stored_requirement(row), change_credentials_requirement(tx.now))
        if auth_session.satisfies(requested, settings=services().settings, now=tx.now) is not None:
            return
    raise SignInNeeded(rules.account_change_requirement(fresh_sign_in=0, now=tx.now), reauth_return_url(page))


def enrolment_needed(now: int, page: str) -> SignInNeeded:
    """To be raised: the password is asked anew, and a second step set up, as at a sign-in that policy stops."""
    return SignInNeeded(
        rules.account_change_requirement(fresh_sign_in=0, now=now).join(AuthRequirement(require_enrolment=True)), page
    )


def require(
    tx: Transaction, asking: RequirementFactory, *, back: str | None = None, saving_codes: bool = False
) -> AuthenticatedSession:
    """Return the session, if it satisfies the requirement. `back` is the page to return to (None: the present path).

    Raises:
        SignInNeeded: when nobody is signed in here, or too little was proven, or too long ago.
        CodesToSave: when recovery codes wait to be saved, unless `saving_codes`.
    """
    requested, auth_session = asking(tx.now), start.current_session(tx)
    if auth_session is None or auth_session.satisfies(requested, settings=services().settings, now=tx.now) is None:
        raise SignInNeeded(requested, back or request.path)
    start.use_person_locale(auth_session.person)
    if auth_session.person.codes_to_save and not saving_codes:
        raise CodesToSave
    return auth_session


def require_form(
    tx: Transaction, asking: RequirementFactory, *, back: str | None = None, saving_codes: bool = False
) -> AuthenticatedSession:
    """Return the session that sent one of our own forms.

    Raises:
        Refusal: 400 for a form from elsewhere, or of a page shown before the session's cookie last changed.
        SignInNeeded, CodesToSave: as `require`.
    """
    auth_session = require(tx, asking, back=back, saving_codes=saving_codes)
    if not csrf.valid(SESSION.read(), PURPOSE):
        raise Refusal(
            400, Text("This page was out of date"), Text("Nothing was changed. Go back, reload the page and try again.")
        )
    return auth_session


def require_unchanged(tx: Transaction, first: AuthenticatedSession, asking: RequirementFactory) -> AuthenticatedSession:
    """Return the same session in a second transaction, after costly work outside any.

    Raises:
        ConcurrentChange: when the account changed in between.
        Refusal, SignInNeeded, CodesToSave: as `require_form`.
    """
    auth_session = require_form(tx, asking)
    was, now = first.person.user, auth_session.person.user
    if (was.id, was.epoch) != (now.id, now.epoch):
        raise ConcurrentChange
    return auth_session


def requires(
    asking: RequirementFactory = view_requirement, *, back: str | None = None, saving_codes: bool = False
) -> Callable[[Callable[Concatenate[Transaction, AuthenticatedSession, P], Response]], Callable[P, Response]]:
    """Guard a view that only reads: it gets a read transaction and the session; `back` as for `require`."""

    def decorate(view: Callable[Concatenate[Transaction, AuthenticatedSession, P], Response]) -> Callable[P, Response]:
        @functools.wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
            with services().database.read(origin()) as tx:
                auth_session = require(tx, asking, back=back, saving_codes=saving_codes)
                response = view(tx, auth_session, *args, **kwargs)
            _record_activity(auth_session)
            return response

        return wrapper

    return decorate


def _record_activity(auth_session: AuthenticatedSession) -> None:
    now, settings = services().clock.now(), services().settings
    unseen = now - auth_session.session.last_seen_at >= auth_sessions.SEEN_EVERY
    if unseen or grace.starts_now(auth_session.person, settings, now):
        with services().database.write(origin()) as tx:
            auth_sessions.touch(tx, auth_session)
            grace.start_grace(tx, auth_session.person, settings)
