"""Guards of the console's views: a session of level `mfa`, fresh, and a role that permits the page."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Concatenate, ParamSpec

from flask import Blueprint, Response, request

from idp import audit
from idp.admin import Forbidden
from idp.admin.permissions import Actor, Permission
from idp.audit import Event, Outcome
from idp.kernel.text import Text
from idp.login.flow import session_guard
from idp.login.flow.browser_session import current_session, use_person_locale
from idp.login.flow.session_guard import ADMIN_FORMS, SignInNeeded
from idp.login.policy.requirement import AuthRequirement
from idp.login.state.owners import CONSOLE_REQUIREMENT
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.web.context import services
from idp.web.errors import error_page
from idp.web.transactions import origin

P = ParamSpec("P")

LONGEST_RETURN = 1000
"""Characters of an address to come back to after a sign-in."""


@dataclass(frozen=True)
class Admin:
    """The administrator who sent this request."""

    auth_session: AuthenticatedSession
    actor: Actor

    @property
    def user(self) -> User:
        """Return the person."""
        return self.auth_session.person.user

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles permits it."""
        return self.actor.may(permission)


AdminView = Callable[Concatenate[Transaction, Admin, P], Response]


@dataclass(frozen=True)
class ViewRequirement:
    """What the guard of a view requires; a test reads it and tries every view."""

    permission: Permission
    recent: bool
    changes: bool


ATTRIBUTE = "console_requirement"


def requirement_of(view: Callable[..., object]) -> ViewRequirement | None:
    """Return what the guard of a view requires; None for a view without a guard of this module."""
    return getattr(view, ATTRIBUTE, None)


def guarded_as(guarded: Callable[P, Response]) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Name the guarded view that a route calls first, for `requirement_of`."""

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        setattr(view, ATTRIBUTE, requirement_of(guarded))
        return view

    return decorate


def views(
    permission: Permission, *, recent: bool = False, writes: bool = False
) -> Callable[[AdminView[P]], Callable[P, Response]]:
    """Guard a view that changes nothing for anybody else; it gets a read transaction and the administrator.

    `writes`: a write transaction, since the view takes what counts once.
    """

    def decorate(view: AdminView[P]) -> Callable[P, Response]:
        @functools.wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
            database = services().database
            with (database.write if writes else database.read)(origin()) as tx:
                admin = require(tx, permission, recent=recent, back=_return_path())
                response = view(tx, admin, *args, **kwargs)
            session_guard.record_activity(admin.auth_session)
            return response

        setattr(wrapper, ATTRIBUTE, ViewRequirement(permission, recent, changes=False))
        return wrapper

    return decorate


def changes(
    permission: Permission, *, recent: bool = False, back: str | None = None
) -> Callable[[AdminView[P]], Callable[P, Response]]:
    """Guard a view that changes something; it gets a write transaction and the administrator.

    `back` is the page to return to by GET after a sign-in; None: the form's own path. A name in braces, such as
    `{client_id}`, is a parameter of that path.
    """

    def decorate(view: AdminView[P]) -> Callable[P, Response]:
        @functools.wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
            with services().database.write(origin()) as tx:
                page = back.format(**kwargs) if back else request.path
                admin = require(tx, permission, recent=recent, back=page)
                session_guard.check_form_token(page, ADMIN_FORMS)
                return view(tx, admin, *args, **kwargs)

        setattr(wrapper, ATTRIBUTE, ViewRequirement(permission, recent, changes=True))
        return wrapper

    return decorate


def require(tx: Transaction, permission: Permission, *, recent: bool, back: str) -> Admin:
    """Return the administrator who sent this request; events of the transaction name them from here on.

    Raises:
        SignInNeeded: nobody is signed in here, or too little was proven, or too long ago.
        CodesToSave: recovery codes wait to be saved.
        Forbidden: no role of theirs permits it.
    """
    auth_session, requirement = current_session(tx), _level_requirement(tx.now, recent=recent)
    if auth_session is None:
        raise SignInNeeded(requirement, back)
    user_id = auth_session.person.user.id
    actor = Actor(user_id, tx.roles.of_user(user_id))
    use_person_locale(auth_session.person)
    actor.require(permission)  # before the level: nobody sets up a second step for pages that they may not see
    session_guard.check(auth_session, requirement, now=tx.now, back=back)
    tx.origin = replace(tx.origin, actor_id=user_id)
    return Admin(auth_session, actor)


def _return_path() -> str:
    """Return the address of this page; without a long query: strangers would have it stored with a login flow."""
    address = request.full_path.rstrip("?")
    return address if len(address) <= LONGEST_RETURN else request.path


def _level_requirement(now: int, *, recent: bool) -> AuthRequirement:
    """Require two factors: of the last hours to look around, of the last minutes for what cannot be undone."""
    settings = services().settings
    age = settings.admin_change_age if recent else settings.admin_view_age
    return replace(CONSOLE_REQUIREMENT, not_before=now - age)


def install(blueprint: Blueprint) -> None:
    """Register the answers to requests that are not permitted."""
    session_guard.install(blueprint)
    blueprint.register_error_handler(Forbidden, _refuse)


def _refuse(forbidden: Forbidden) -> Response:
    """Answer 403, and record it: the transaction of the request was rolled back."""
    with services().database.write(origin()) as tx:
        auth_session = current_session(tx)
        user_id = auth_session.person.user.id if auth_session else None
        audit.record(
            tx, Event.ADMIN_REFUSED, Outcome.FAILURE, user_id=user_id, permission=str(forbidden), path=request.path
        )
    message = Text("Your account does not have the role for it. Ask an owner of this installation.")
    return error_page(403, Text("This page is for administrators"), message)
