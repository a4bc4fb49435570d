"""The grant of a request that a person approved away from the app: on a phone (RFC 8628), in their account (CIBA)."""

from __future__ import annotations

from typing import Any, Protocol

from idp.claims.standard import OFFLINE_ACCESS
from idp.login.policy.assurance import Assurance
from idp.login.state.session import AuthenticatedSession
from idp.persistence.clients import Client
from idp.persistence.grants import NO_REDIRECT_URI, Grant
from idp.persistence.transaction import Transaction
from idp.protocol import tokens
from idp.web.context import services


class DecidedRequest(Protocol):
    """The part of a stored request that goes into its grant."""

    @property
    def scopes(self) -> list[str]:
        """Return what was asked for."""
        ...

    @property
    def expires_at(self) -> int:
        """Return when it ends (seconds, UTC)."""
        ...

    @property
    def resources(self) -> list[str]:
        """Return the APIs that tokens may be for."""
        ...

    @property
    def authorization_details(self) -> list[dict[str, Any]]:
        """Return what the app may do in detail."""
        ...


def grant_of(
    tx: Transaction,
    asked: DecidedRequest,
    client: Client,
    auth_session: AuthenticatedSession,
    reached: Assurance,
    *,
    code_digest: str,
    acr: str,
) -> Grant:
    """Return the grant that the client's code is claimed from; it is not stored yet.

    Without a redirect URI, so that its code is no authorization code.
    """
    return Grant(
        id=services().entropy.token(16),
        user_id=auth_session.person.user.id,
        client_id=client.client_id,
        sid=auth_session.session.sid,
        offline=OFFLINE_ACCESS in asked.scopes,
        scopes=asked.scopes,
        claims={},
        acr=acr,
        amr=list(reached.amr),
        auth_time=reached.auth_time,
        second_factor_at=reached.second_factor_at,
        redirect_uri=NO_REDIRECT_URI,
        code_digest=code_digest,
        code_challenge="",
        code_expires_at=asked.expires_at,
        expires_at=tx.now + tokens.refresh_token_lifetime(client),
        resources=asked.resources,
        authorization_details=asked.authorization_details,
    )
