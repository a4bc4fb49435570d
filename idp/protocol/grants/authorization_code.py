"""Redeeming an authorization code (RFC 6749 section 4.1.3, RFC 7636 section 4.6)."""

from __future__ import annotations

import re
from typing import Any, Never

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError

from idp.audit import Event
from idp.kernel.client_auth_methods import METHODS
from idp.kernel.handles import digest, s256
from idp.persistence.grants import Grant
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.grants.token_response import issue_tokens, raise_invalid_grant, revoke_family_and_raise
from idp.protocol.sender_constraint.token_requests import JKT
from idp.security_profiles import pkce_required

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""RFC 7636 section 4.1."""


class RedeemedCode(AuthorizationCodeMixin):
    """A code that this request has just claimed."""

    def __init__(self, grant: Grant) -> None:
        self.grant = grant

    def get_redirect_uri(self) -> str:
        """Return where the code was sent."""
        return self.grant.redirect_uri

    def get_scope(self) -> str:
        """Return what the person allowed."""
        return " ".join(self.grant.scopes)


class AuthorizationCode(grants.AuthorizationCodeGrant):
    """The token endpoint's half; no response type is claimed here, the front channel issues the code."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    RESPONSE_TYPES = frozenset[str]()
    request: BackChannelRequest

    def query_authorization_code(self, code: str, client: ClientMixin) -> RedeemedCode:
        """Claim the code.

        Authlib would look it up here, issue tokens, and delete it last: sixteen parallel requests then get sixteen
        answers. Client, redirect URI, PKCE challenge, age and person are conditions of the one UPDATE that claims it.
        """
        form = self.request.form
        redirect_uri, verifier = form.get("redirect_uri"), form.get("code_verifier")
        if redirect_uri is None:
            raise InvalidRequestError("redirect_uri is missing: send the one of the authorization request")
        if verifier is None and pkce_required(self.request.authenticated_client.row):
            # Like a wrong one (RFC 7636 section 4.6).
            raise InvalidGrantError("code_verifier is missing: send the one of the code_challenge")
        if verifier is not None and not VERIFIER.fullmatch(verifier):
            raise InvalidRequestError("code_verifier must be 43 to 128 letters, digits or any of -._~")
        # A verifier for a code without challenge is refused too: somebody took the challenge away (RFC 9700 2.1.1).
        challenge = s256(verifier) if verifier else ""
        grant = self.request.tx.grants.claim_code(
            digest(code),
            client_id=client.get_client_id(),
            redirect_uri=redirect_uri,
            code_challenge=challenge,
            confirmation=self.request.binding.confirmation,
        )
        if grant is None:
            self._raise_for_code(code, client.get_client_id(), redirect_uri, challenge)
        return RedeemedCode(grant)

    def authenticate_user(self, authorization_code: RedeemedCode) -> str:
        """Return the person's `sub`; that the account is active was a condition of claiming the code."""
        return authorization_code.grant.user_id

    def generate_token(self, *_args: object, **_kwargs: object) -> dict[str, Any]:
        """Return the tokens this code stands for."""
        grant: Grant = self.request.authorization_code.grant  # type: ignore[union-attr]  # set by Authlib just before
        return issue_tokens(self.request, grant, by=self.GRANT_TYPE, nonce=grant.nonce)

    def delete_authorization_code(self, authorization_code: RedeemedCode) -> None:
        """Do nothing: the used code stays, so that a second use is recognised."""

    def _has_key(self, grant: Grant) -> bool:
        return (grant.confirmation or {}).get(JKT) in {None, self.request.binding.confirmation.get(JKT)}

    def _raise_for_code(self, code: str, client_id: str, redirect_uri: str, challenge: str) -> Never:
        """Find out why; to the caller all reasons look alike."""
        grant = self.request.tx.grants.by_code(digest(code))
        if grant is None:
            raise_invalid_grant(self.request, "no such code")
        if grant.client_id != client_id:
            raise_invalid_grant(self.request, "another client's code", grant)
        if grant.code_used_at is not None:
            revoke_family_and_raise(self.request, Event.CODE_REPLAYED, grant)
        reasons = {
            "revoked": grant.revoked_at is not None,
            "expired": grant.code_expires_at <= self.request.tx.now,
            "another redirect_uri": grant.redirect_uri != redirect_uri,
            "code_verifier is missing": bool(grant.code_challenge) and not challenge,
            "code_verifier for a code without code_challenge": not grant.code_challenge and bool(challenge),
            "wrong code_verifier": grant.code_challenge != challenge,
            "not the key of dpop_jkt": not self._has_key(grant),
        }
        raise_invalid_grant(
            self.request, next((why for why, so in reasons.items() if so), "the account is not active"), grant
        )
