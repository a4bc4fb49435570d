"""Who may look at an account, and who may change it. Every view below `/account/` passes here, except signing out.

What is missing is raised, so that nothing done before it is kept; `routes` answers with a sign-in that leads back.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from flask import Response, request

from idp.account.changes import Overtaken
from idp.kernel.handles import MAX_HANDLE_LENGTH
from idp.kernel.text import Text
from idp.login.flow import grace, start
from idp.login.policy import rules
from idp.login.policy.requirement import Demand, join
from idp.login.state import login_flow
from idp.login.state import session as visitors
from idp.login.state.session import Visitor
from idp.persistence.transaction import Transaction
from idp.web import csrf
from idp.web.context import core
from idp.web.cookies import SESSION
from idp.web.errors import Refusal
from idp.web.forms import once
from idp.web.transactions import origin

P = ParamSpec("P")
Asking = Callable[[int], Demand]
"""What is asked at a time (seconds, UTC)."""

SIGN_IN = "after"
"""The name of the sign-in in the address it leads to."""

PURPOSE = "account"
"""Form tokens of these pages are bound to the session cookie and this word."""


class SignInNeeded(Exception):
    """Not enough was proven here for this page; `return_to` is the path of ours to come back to, by GET."""

    def __init__(self, demand: Demand, return_to: str) -> None:
        super().__init__(return_to)
        self.demand, self.return_to = demand, return_to


class CodesToSave(Exception):
    """Recovery codes were made and the person has not yet said that they are saved: that comes first."""


def to_look(_now: int) -> Demand:
    """Being signed in, as policy wants it."""
    return Demand()


def to_end(now: int) -> Demand:
    """Ending sessions and trust: a factor proven again, lest a borrowed session shuts its owner out (ASVS 7.5.2)."""
    return Demand(since=now - core().settings.fresh_sign_in)


def to_change(now: int) -> Demand:
    """Changing what protects the account: everything the person has, proven again (ASVS 7.5.1)."""
    return rules.of_account_change(fresh_sign_in=core().settings.fresh_sign_in, now=now)


def begun_at(page: str) -> str:
    """The address that a sign-in leads to when it was asked for this page alone; it names that sign-in."""
    return f"{page}?{SIGN_IN}={{login}}"


def still_for(path: str) -> str:
    """The address of a form, or the next page, of what the present page is about: it names the same sign-in."""
    login = once(request.args, SIGN_IN, longest=MAX_HANDLE_LENGTH)
    return f"{path}?{urlencode({SIGN_IN: login})}" if login else path


def ask_anew(tx: Transaction, visitor: Visitor, page: str) -> None:
    """Let pass who came here through a sign-in asked for this page, by password and second step, and for nothing else.

    However recent another sign-in is: somebody at a browser left unlocked has not proven anything by it. So the form is
    asked like the page, or a form made by hand would do; and a sign-in is good for one change, and for its own person.

    Raises:
        SignInNeeded: everybody else, who then proves everything again.
    """
    login = tx.logins.by_id(once(request.args, SIGN_IN, longest=MAX_HANDLE_LENGTH))
    user = visitor.person.user
    if (
        login is not None
        and login.finished_at is not None
        and (login.user_id, login.epoch) == (user.id, user.epoch)
        and login.return_to == begun_at(page).replace("{login}", login.id)
    ):
        asked = join(login_flow.door_of(login), to_change(tx.now))
        if visitor.reaches(asked, settings=core().settings, now=tx.now) is not None:
            return
    raise SignInNeeded(rules.of_account_change(fresh_sign_in=0, now=tx.now), begun_at(page))


def set_up(now: int, page: str) -> SignInNeeded:
    """To be raised: the password is asked anew, and a second step set up, as at a sign-in that policy stops."""
    return SignInNeeded(rules.of_account_change(fresh_sign_in=0, now=now).join(Demand(enrol=True)), page)


def admit(tx: Transaction, asking: Asking, *, back: str | None = None, saving_codes: bool = False) -> Visitor:
    """The visitor, if enough was proven. `back` is the page to return to (None: the present path).

    Raises:
        SignInNeeded: when nobody is signed in here, or too little was proven, or too long ago.
        CodesToSave: when recovery codes wait to be saved, unless that is what the visitor came for.
    """
    door, visitor = asking(tx.now), start.visitor(tx)
    if visitor is None or visitor.reaches(door, settings=core().settings, now=tx.now) is None:
        raise SignInNeeded(door, back or request.path)
    if visitor.person.codes_to_save and not saving_codes:
        raise CodesToSave
    return visitor


def admit_form(tx: Transaction, asking: Asking, *, back: str | None = None, saving_codes: bool = False) -> Visitor:
    """The visitor who sent one of our own forms.

    Raises:
        Refusal: 400 for a form from elsewhere, or of a page shown before the session's cookie last changed.
        SignInNeeded, CodesToSave: as `admit`.
    """
    visitor = admit(tx, asking, back=back, saving_codes=saving_codes)
    if not csrf.valid(SESSION.read(), PURPOSE):
        raise Refusal(
            400, Text("This page was out of date"), Text("Nothing was changed. Go back, reload the page and try again.")
        )
    return visitor


def admit_again(tx: Transaction, first: Visitor, asking: Asking) -> Visitor:
    """The same visitor in a second transaction, after costly work outside any.

    Raises:
        Overtaken: when the account changed in between.
        Refusal, SignInNeeded, CodesToSave: as `admit_form`.
    """
    visitor = admit_form(tx, asking)
    was, now = first.person.user, visitor.person.user
    if (was.id, was.epoch) != (now.id, now.epoch):
        raise Overtaken
    return visitor


def looking(
    asking: Asking = to_look, *, back: str | None = None, saving_codes: bool = False
) -> Callable[[Callable[Concatenate[Transaction, Visitor, P], Response]], Callable[P, Response]]:
    """A view that only shows: it gets a reading transaction and the visitor; `back` as for `admit`."""

    def decorate(view: Callable[Concatenate[Transaction, Visitor, P], Response]) -> Callable[P, Response]:
        @functools.wraps(view)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
            with core().database.read(origin()) as tx:
                visitor = admit(tx, asking, back=back, saving_codes=saving_codes)
                response = view(tx, visitor, *args, **kwargs)
            _still_there(visitor)
            return response

        return wrapper

    return decorate


def _still_there(visitor: Visitor) -> None:
    now, settings = core().clock.now(), core().settings
    unseen = now - visitor.session.last_seen_at >= visitors.SEEN_EVERY
    if unseen or grace.unbegun(visitor.person, settings, now):
        with core().database.write(origin()) as tx:
            visitors.touch(tx, visitor)
            grace.begin(tx, visitor.person, settings)
