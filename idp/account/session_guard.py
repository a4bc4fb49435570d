"""Guards of views that change no credentials: they require a session, and for some pages a recent proof.

Views that change credentials use `change_guard`. A requirement that is not met is raised, so that the transaction is
rolled back; `pages` answers with a login flow.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from flask import Response, request

from idp.account.errors import CodesToSave, SignInNeeded
from idp.account.page_requirements import RequirementFactory, view_requirement
from idp.kernel.text import Text
from idp.login.flow import grace, start
from idp.login.state import session as auth_sessions
from idp.login.state.session import AuthenticatedSession
from idp.persistence.failures import DatabaseUnavailable
from idp.persistence.transaction import Transaction
from idp.web import csrf
from idp.web.context import services
from idp.web.cookies import SESSION
from idp.web.errors import Refusal, log_unavailable
from idp.web.transactions import origin

P = ParamSpec("P")

PURPOSE = "account"
"""Form tokens of these pages are bound to the session cookie and this word."""


def require(
    tx: Transaction,
    requirement_at: RequirementFactory = view_requirement,
    *,
    back: str | None = None,
    saving_codes: bool = False,
) -> AuthenticatedSession:
    """Return the session, if it satisfies the requirement. `back` is the page to return to (None: the present path).

    Raises:
        SignInNeeded: when nobody is signed in here, or too little was proven, or too long ago.
        CodesToSave: when recovery codes wait to be saved, unless `saving_codes`.
    """
    requested, auth_session = requirement_at(tx.now), start.current_session(tx)
    if auth_session is None or auth_session.satisfies(requested, settings=services().settings, now=tx.now) is None:
        raise SignInNeeded(requested, back or request.path)
    start.use_person_locale(auth_session.person)
    if auth_session.person.codes_to_save and not saving_codes:
        raise CodesToSave
    return auth_session


def require_form(
    tx: Transaction,
    requirement_at: RequirementFactory = view_requirement,
    *,
    back: str | None = None,
    saving_codes: bool = False,
) -> AuthenticatedSession:
    """Return the session that sent one of our own forms.

    Raises:
        Refusal: as `check_form_token`.
        SignInNeeded, CodesToSave: as `require`.
    """
    auth_session = require(tx, requirement_at, back=back, saving_codes=saving_codes)
    check_form_token()
    return auth_session


def check_form_token() -> None:
    """Require a form that one of our pages sent in this session.

    Raises:
        Refusal: 400 for a form from elsewhere, or of a page shown before the session's cookie last changed.
    """
    if not csrf.is_valid(SESSION.read(), PURPOSE):
        raise Refusal(
            400, Text("This page was out of date"), Text("Nothing was changed. Go back, reload the page and try again.")
        )


def requires(
    requirement_at: RequirementFactory = view_requirement, *, back: str | None = None, saving_codes: bool = False
) -> Callable[[Callable[Concatenate[Transaction, AuthenticatedSession, P], Response]], Callable[P, Response]]:
    """Guard a view that only reads: it gets a read transaction and the session; `back` as for `require`."""

    def decorate(view: Callable[Concatenate[Transaction, AuthenticatedSession, P], Response]) -> Callable[P, Response]:
        @functools.wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
            with services().database.read(origin()) as tx:
                auth_session = require(tx, requirement_at, back=back, saving_codes=saving_codes)
                response = view(tx, auth_session, *args, **kwargs)
            _record_activity(auth_session)
            return response

        return wrapper

    return decorate


def _record_activity(auth_session: AuthenticatedSession) -> None:
    now, settings = services().clock.now(), services().settings
    unseen = now - auth_session.session.last_seen_at >= auth_sessions.SEEN_EVERY
    if not (unseen or grace.starts_now(auth_session.person, settings, now)):
        return
    try:
        with services().database.write(origin()) as tx:
            auth_sessions.touch(tx, auth_session)
            grace.start_grace(tx, auth_session.person, settings)
    except DatabaseUnavailable as error:
        log_unavailable(error)  # the page was read already, and the next one records the same
