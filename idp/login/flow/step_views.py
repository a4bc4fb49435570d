"""Views of the present step of a login flow.

    GET    read transaction   -> the view; a page that is not the present step redirects there
    POST   write transaction  -> locked flow -> stale form: the page again -> Cancel: the end -> the view

So the back button, a reload and a second tab are harmless, and no view repeats these checks.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from flask import Response, abort, request

from idp.login.flow import rendering
from idp.login.flow.advance import redirect_to_next_step
from idp.login.forms.errors import STALE_FORM
from idp.login.policy.steps import Step
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.transactions import origin

View = Callable[..., Response]
Applies = Callable[..., bool]
"""Whether a page is for this flow; a guarded view's `applies` also gets the variable parts of the path."""


def step(
    expected: Step, *, applies: Applies | None = None, render: View | None = None, cancellable: bool = True
) -> Callable[[View], View]:
    """Run a view only while `expected` is the present step; it gets the transaction, the flow and its person.

    `render`, called like the view and with `error`, shows a stale form again; without it a POST redirects.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapper(flow_id: str, **url: str) -> Response:
            fits = functools.partial(applies, **url) if applies else None
            if request.method != "POST":
                with services().database.read(origin()) as tx:
                    return view(tx, *require_step(tx, flow_id, expected, applies=fits), **url)
            with services().database.write(origin()) as tx:
                flow, person = require_step(tx, flow_id, expected, applies=fits, lock=True)
                if rendering.is_stale_form(flow):  # also without `render`: a forgotten argument must not skip the check
                    error = ("form", STALE_FORM)
                    return (
                        render(tx, flow, person, error=error, **url) if render else redirect_to_next_step(tx, flow_id)
                    )
                if cancellable and (response := rendering.cancel_if_requested(tx, flow)):
                    return response
                return view(tx, flow, person, **url)

        return wrapper

    return decorate


def require_step(
    tx: Transaction, flow_id: str, expected: Step, *, applies: Applies | None = None, lock: bool = False
) -> tuple[LoginFlow, Person]:
    """Return this browser's open flow and its person, if `expected` is its present step.

    Aborts with a redirect to the present step otherwise. `lock` as `rendering.lock_open_flow`.
    """
    flow = rendering.lock_open_flow(tx, flow_id) if lock else rendering.load_open_flow(tx, flow_id)
    return flow, require_person(tx, flow, expected, applies=applies)


def require_person(
    tx: Transaction,
    flow: LoginFlow,
    expected: Step,
    *,
    applies: Applies | None = None,
    same_as: Person | None = None,
) -> Person:
    """Return the person of a flow whose present step is `expected`; aborts with a redirect otherwise.

    `same_as`: the person in an earlier transaction of this request; the flow may have got another one since.
    """
    person = flow.person
    if (
        flow.step is not expected
        or person is None
        or (applies is not None and not applies(flow))
        or (same_as is not None and person.user.id != same_as.user.id)
    ):
        abort(redirect_to_next_step(tx, flow.row.id))
    return person
