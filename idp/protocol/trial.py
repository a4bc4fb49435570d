"""Trying an app: an administrator signs in with its settings, and sees what the app would be told.

    POST -> start_trial    the app's request, with every check of a real one; a login flow of this browser
         -> the sign-in pages, as people of the app meet them
    GET  -> finish_trial   the flow is closed, so that it counts once; the tokens are made and read here

No redirect leads to the app, so it needs neither its secret nor another redirect URI. The grant is never stored: no
code or token of it works anywhere, and none is sent to the browser, only what they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import Response

from idp import audit
from idp.audit import Event
from idp.claims.mappings import Target
from idp.claims.standard import OPENID
from idp.kernel.handles import s256
from idp.kernel.text import Text
from idp.login.flow import binding, start
from idp.login.policy.steps import Step
from idp.login.state.initiators import Initiator
from idp.login.state.login_flow import load_flow
from idp.login.state.paths import flow_path
from idp.login.state.session import AuthenticatedSession
from idp.persistence.clients import Client
from idp.persistence.grants import Grant
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.protocol import claims, client_access, mapped_claims, tokens
from idp.protocol.authorize import handler
from idp.protocol.authorize.checks import S256, Prompt
from idp.protocol.authorize.issue_code import new_grant
from idp.protocol.authorize.request import AuthorizationRequest, validate_request
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.id_tokens import signed_id_token
from idp.protocol.response_modes import QUERY, SIGNED, AuthorizationResponder
from idp.protocol.response_types import CODE
from idp.protocol.subjects import subject_of
from idp.signing.jws import CompactJws, read_object
from idp.web.context import services
from idp.web.pages import see_other

TRIED_BY = "tried_by"
"""Member of a flow's request: the id of the administrator who started it."""


class TrialRefused(Exception):
    """The app's own settings allow no sign-in; `reason` is what the app would be told."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TrialClosed(Exception):
    """The trial was finished or cancelled before, took too long, or is another administrator's."""


@dataclass(frozen=True)
class Trial:
    """What the app would be told; `permitted`: this person may use it."""

    permitted: bool
    header: dict[str, Any]
    id_token: dict[str, Any]
    access_token: dict[str, Any]
    userinfo: dict[str, Any]


def start_trial(tx: Transaction, client: Client, auth_session: AuthenticatedSession, *, path: str) -> Response:
    """Start a login flow with the app's settings; it leads back to `path` and the id of the flow.

    Raises:
        TrialRefused: the settings allow no sign-in.
    """
    entropy, user_id = services().entropy, auth_session.person.user.id
    sent = {"nonce": entropy.token(16), "code_challenge": s256(entropy.token()), "prompt": Prompt.LOGIN}
    request = _request(tx, client, sent)
    requested = start.LoginRequest(
        Initiator.TRIAL,
        f"{path}/{{login}}",
        params=sent | {TRIED_BY: user_id},
        client_id=client.client_id,
        login_hint=auth_session.person.user.username,
    )
    try:
        requirement = handler.requirement_for(request, at=tx.now)
    except OAuth2Error as error:
        raise TrialRefused(str(error.description)) from None
    return start.start_login(tx, requirement, requested)


def finish_trial(tx: Transaction, client: Client, auth_session: AuthenticatedSession, flow_id: str) -> Response | Trial:
    """Close the flow and return what the app would be told; a redirect while a step of the sign-in is missing.

    Raises:
        TrialClosed: nothing is shown.
        TrialRefused: the settings changed meanwhile, and allow no sign-in.
        LoginFlowClosed: the flow belongs to another browser.
    """
    auth_session, row = auth_session.for_client(client.client_id), binding.load_bound_flow(tx, flow_id)
    mine = (row.initiator, row.client_id, row.request.get(TRIED_BY))
    if mine != (Initiator.TRIAL, client.client_id, auth_session.person.user.id) or not row.open_at(tx.now):
        raise TrialClosed
    flow = load_flow(tx, row, auth_session, services().settings)
    if flow.step is Step.REFUSE:
        raise TrialRefused(Text("the level of authentication cannot be reached here"))
    if flow.step is not Step.DONE:
        return see_other(flow_path(row.id, flow.page))
    request = _request(tx, client, {name: str(value) for name, value in row.request.items() if name != TRIED_BY})
    requirement = handler.requirement_for(request, at=row.created_at)
    reached = auth_session.satisfies_with_saved_codes(requirement, now=tx.now)
    if reached is None or not tx.login_flows.finish(row.id):
        raise TrialClosed
    audit.record(tx, Event.CLIENT_TRIED, user_id=auth_session.person.user.id, client_id=client.client_id)
    grant = new_grant(tx, request, auth_session, reached, services().entropy.token())
    return _read_tokens(tx, request, auth_session.person.user, grant)


def _read_tokens(tx: Transaction, request: AuthorizationRequest, user: User, grant: Grant) -> Trial:
    client, scopes = request.client, request.scopes
    if not client_access.may_use(tx, client, user.id):
        return Trial(permitted=False, header={}, id_token={}, access_token={}, userinfo={})
    added = mapped_claims.read_claims(tx, client.claim_mappings, user.id, scopes=scopes, targets=tuple(Target))
    access_token = tokens.access_token(client, scopes, now=tx.now, grant=grant, more=added[Target.ACCESS_TOKEN])
    more = added[Target.ID_TOKEN]
    signed = (
        signed_id_token(
            tx,
            client,
            grant,
            scopes,
            hashed={"at_hash": access_token},
            nonce=request.nonce,
            more=more,
            user=user,
        )
        if OPENID in scopes
        else ""
    )
    token = CompactJws.parse(signed) if signed else None
    names = claims.claim_names(grant, "userinfo", scopes, registered=client.scopes)
    at_userinfo = claims.select_claims(user, grant, names) | {"sub": subject_of(client, user.id)}
    return Trial(
        permitted=True,
        header=token.header if token else {},
        id_token=_claims(token) if token else {},
        access_token=_claims(CompactJws.parse(access_token)),
        userinfo=added[Target.USERINFO] | at_userinfo if OPENID in scopes else {},
    )


def _claims(token: CompactJws) -> dict[str, Any]:
    return read_object(token.payload, "claims")


def _request(tx: Transaction, client: Client, sent: dict[str, str]) -> AuthorizationRequest:
    """Return the request that this app would send, after every check of a real one."""
    query = Query(
        {
            "client_id": client.client_id,
            "response_type": CODE,
            "scope": " ".join(client.scopes),
            "code_challenge_method": S256,
            **sent,
        }
    )
    try:
        return validate_request(tx, query, client, _responder(client))
    except OAuth2Error as error:
        raise TrialRefused(str(error.description)) from None


def _responder(client: Client) -> AuthorizationResponder:
    """Return one that sends nothing; signed, so that every security profile accepts it."""
    return AuthorizationResponder(client, services().settings.issuer, f"{QUERY}{SIGNED}")
