"""Starting a login flow: for an authorization request, our own pages, a device without a keyboard, or a trial.

They call this when the session does not satisfy their requirement; nothing else differs between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response

from idp.kernel.client_addresses import network_of
from idp.kernel.handles import digest
from idp.kernel.text import Text
from idp.login.flow.browser_session import current_session
from idp.login.policy import rate_limits
from idp.login.policy.requirement import AuthRequirement
from idp.login.state import paths
from idp.login.state.initiators import Initiator
from idp.login.state.login_flow import load_flow, requirement_to_json
from idp.persistence.login_flows import LoginFlowRow
from idp.persistence.transaction import Transaction
from idp.web.context import services
from idp.web.cookies import LOGIN
from idp.web.errors import Refusal
from idp.web.pages import see_other

MOST_UNPROVEN = 20
"""Login flows without a proof that one browser keeps open; a new one ends the oldest."""


class TooManyLoginFlows(Refusal):
    """The network of this browser started too many login flows in which nothing was proven."""

    def __init__(self) -> None:
        message = Text(
            "Very many sign-ins were started from your network and not finished. Wait a few minutes, then try again."
        )
        super().__init__(429, Text("Too many sign-ins at once"), message, detail="too many unproven login flows")


@dataclass(frozen=True)
class LoginRequest:
    """What starts a login flow, and where it leads back to.

    `return_to` is a path of ours; `{login}` in it becomes the flow's id. `params` are the parameters of an
    authorization request, `must_choose` its question which account is meant.
    """

    initiator: Initiator
    return_to: str
    params: Mapping[str, Any] = field(default_factory=dict)
    client_id: str | None = None
    login_hint: str | None = None
    must_choose: bool = False


def start_login(
    tx: Transaction,
    requirement: AuthRequirement,
    requested: LoginRequest,
    *,
    as_other: bool = False,
    page: str | None = None,
) -> Response:
    """Store a new login flow, and redirect to its first page.

    `as_other`: another person than the one signed in here is requested, so the first page asks for a name. `page`: the
    first page is this one, instead of the next step's.

    Raises:
        TooManyLoginFlows: nothing is stored.
    """
    sent = LOGIN.read()
    secret = sent or services().entropy.token()
    row = _add_flow(tx, requirement, requested, browser_digest=digest(secret))
    if sent:
        tx.login_flows.end_older(row, keep=MOST_UNPROVEN)
    if page is None:
        page = paths.OTHER_PERSON if as_other else load_flow(tx, row, current_session(tx), services().settings).page
    response = see_other(paths.flow_path(row.id, page))
    LOGIN.write(response, secret)
    return response


def _add_flow(
    tx: Transaction, requirement: AuthRequirement, requested: LoginRequest, *, browser_digest: str
) -> LoginFlowRow:
    settings, flow_id = services().settings, services().entropy.token(16)
    flow = LoginFlowRow(
        id=flow_id,
        network=network_of(tx.origin.address),
        browser_digest=browser_digest,
        initiator=str(requested.initiator),
        request=dict(requested.params),
        requirement=requirement_to_json(requirement),
        return_to=requested.return_to.replace("{login}", flow_id),
        client_id=requested.client_id,
        login_hint=requested.login_hint,
        proofs=[],
        must_choose=requested.must_choose,
        expires_at=tx.now + settings.login_lifetime,
    )
    since = tx.now - rate_limits.LOGIN_FLOW_WINDOW
    row = tx.login_flows.add(flow, most_unproven=settings.login_flows_per_network, since=since)
    if row is None:
        raise TooManyLoginFlows
    return row
