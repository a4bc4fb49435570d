"""Guards of our own pages, *My account* and the console: they require a session, and for some pages a recent proof.

A requirement that is not met is raised, so that the transaction is rolled back; `install` registers the answers. Views
that change credentials use `idp.account.change_guard`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from flask import Blueprint, Response, request

from idp.kernel.text import Text
from idp.login.flow import grace, start
from idp.login.flow.browser_session import current_session, use_person_locale
from idp.login.policy.requirement import AuthRequirement
from idp.login.state import session as auth_sessions
from idp.login.state.initiators import Initiator
from idp.login.state.session import AuthenticatedSession
from idp.persistence.failures import DatabaseUnavailable
from idp.persistence.transaction import Transaction
from idp.web import csrf
from idp.web.account_paths import RECOVERY_CODES
from idp.web.context import services
from idp.web.cookies import SESSION
from idp.web.errors import MY_ACCOUNT, Link, Refusal, log_unavailable
from idp.web.pages import see_other
from idp.web.transactions import origin

P = ParamSpec("P")

ACCOUNT_FORMS = "account"
ADMIN_FORMS = "admin"
"""Form tokens are bound to the session cookie and one of these words."""

RequirementFactory = Callable[[int], AuthRequirement]
"""Makes a requirement for a time (seconds, UTC)."""


class SignInNeeded(Exception):
    """The session does not satisfy `requirement`; `return_to` is the path of ours to come back to, by GET.

    `client_id` is the client whose rule applies as well, when the page is about one.
    """

    def __init__(self, requirement: AuthRequirement, return_to: str, *, client_id: str | None = None) -> None:
        super().__init__(return_to)
        self.requirement, self.return_to, self.client_id = requirement, return_to, client_id


class CodesToSave(Exception):
    """The person has not saved their new recovery codes yet; that comes first."""


def install(blueprint: Blueprint) -> None:
    """Register the answers to a requirement that is not met."""
    blueprint.register_error_handler(SignInNeeded, _start_sign_in)
    blueprint.register_error_handler(CodesToSave, _show_codes_to_save)


def _start_sign_in(needed: SignInNeeded) -> Response:
    """Start a login flow that leads back by GET: a posted form is not executed, but shown again."""
    with services().database.write(origin()) as tx:
        requested = start.LoginRequest(Initiator.ACCOUNT, needed.return_to, client_id=needed.client_id)
        return start.start_login(tx, needed.requirement, requested)


def _show_codes_to_save(_: CodesToSave) -> Response:
    return see_other(RECOVERY_CODES)


def view_requirement(_now: int) -> AuthRequirement:
    """Require a session, as policy has it."""
    return AuthRequirement()


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
    return check(current_session(tx), requirement_at(tx.now), now=tx.now, back=back, saving_codes=saving_codes)


def check(
    auth_session: AuthenticatedSession | None,
    requested: AuthRequirement,
    *,
    now: int,
    back: str | None = None,
    saving_codes: bool = False,
) -> AuthenticatedSession:
    """Return this session, if it satisfies the requirement; raises as `require`."""
    if auth_session is None or auth_session.satisfies(requested, now=now) is None:
        raise SignInNeeded(requested, back or request.path)
    use_person_locale(auth_session.person)
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
    check_form_token(back or request.path)
    return auth_session


def check_form_token(page: str, purpose: str = ACCOUNT_FORMS) -> None:
    """Require a form that one of our pages for this purpose sent in this session; `page` is its path, by GET.

    Raises:
        Refusal: 400 for a form from elsewhere, or of a page shown before the session's cookie last changed.
    """
    if not csrf.is_valid(SESSION.read(), purpose):
        raise Refusal(
            400,
            Text("This page was out of date"),
            Text("Nothing was changed. Go back, reload the page and try again."),
            links=(Link(Text("Try again"), page), MY_ACCOUNT),
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
            record_activity(auth_session)
            return response

        return wrapper

    return decorate


def record_activity(auth_session: AuthenticatedSession) -> None:
    """Record that the session is in use, and start the person's grace window if it starts now."""
    now = services().clock.now()
    unseen = now - auth_session.session.last_seen_at >= auth_sessions.SEEN_EVERY
    if not (unseen or grace.starts_now(auth_session.person, now)):
        return
    try:
        with services().database.write(origin()) as tx:
            auth_sessions.touch(tx, auth_session)
            grace.start_grace(tx, auth_session.person)
    except DatabaseUnavailable as error:
        log_unavailable(error)  # the page was read already, and the next one records the same
