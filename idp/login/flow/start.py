"""The gate before every door: it opens, or a sign-in begins.

Apps' authorization requests and *My account* all pass here; what differs is only their demand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from idp.kernel.handles import digest
from idp.login.policy.requirement import Demand
from idp.login.policy.steps import Step
from idp.login.state import session as visitors
from idp.login.state.login_flow import freeze, look
from idp.login.state.session import Visitor
from idp.persistence.login_flows import Login
from idp.persistence.transaction import Transaction
from idp.web import language
from idp.web.context import core
from idp.web.cookies import LOGIN, SESSION
from idp.web.pages import see_other

AUTHORIZE = "authorize"
ACCOUNT = "account"


def visitor(tx: Transaction) -> Visitor | None:
    """Who is signed in at the browser that sent this request; its pages are in their language from here on."""
    found = visitors.current(tx, SESSION.read(), core().settings)
    if found is not None:
        language.meet(found.person.user.profile)
    return found


def begin(
    tx: Transaction,
    demand: Demand,
    *,
    door: str,
    return_to: str,
    request: Mapping[str, Any] | None = None,
    client_id: str | None = None,
    login_hint: str | None = None,
    must_choose: bool = False,
    as_other: bool = False,
    page: str | None = None,
) -> Response:
    """Begin a sign-in that leads back to `return_to` (a path of ours; `{login}` in it becomes the attempt's id).

    `as_other`: somebody else than the person signed in here is wanted, so the first page asks for a name. `page`: the
    first page is this one, instead of what is missing.
    """
    settings = core().settings
    login_id = core().entropy.token(16)
    secret = LOGIN.read() or core().entropy.token()
    login = Login(
        id=login_id,
        browser_digest=digest(secret),
        door=door,
        request=dict(request or {}),
        demand=freeze(demand),
        return_to=return_to.replace("{login}", login_id),
        client_id=client_id,
        login_hint=login_hint,
        proofs=[],
        must_choose=must_choose,
        expires_at=tx.now + settings.login_lifetime,
    )
    tx.logins.begin(login)
    step = page or (f"{Step.IDENTIFY}?other=1" if as_other else look(tx, login, visitor(tx), settings).page)
    response = see_other(f"/login/{login_id}/{step}")
    LOGIN.write(response, secret)
    return response
