"""A device asking whether the person has approved it (RFC 8628 sections 3.4 and 3.5)."""

from __future__ import annotations

from typing import Any, Never

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin
from authlib.oauth2.rfc6749.errors import AccessDeniedError, InvalidRequestError, UnauthorizedClientError

from idp.audit import Event
from idp.kernel.handles import digest
from idp.persistence.device_authorizations import DeviceAuthorization
from idp.persistence.grants import Grant
from idp.protocol import resource_indicators
from idp.protocol.backchannel.client_authentication import METHODS
from idp.protocol.backchannel.request import BackChannelRequest
from idp.protocol.grants.token_response import raise_invalid_grant, revoke_family_and_raise, token_response
from idp.web.context import services

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
REDIRECT_URI = ""
"""Of the grants of devices; no authorization code has it, so neither kind of code passes for the other."""


class AuthorizationPending(OAuth2Error):
    """The person has not decided yet."""

    error = "authorization_pending"
    description = "the person has not decided yet; ask again after the interval"


class SlowDown(OAuth2Error):
    """The device asked before the interval was over, which is longer from now on."""

    error = "slow_down"
    description = "the interval between two requests is 5 seconds longer from now on"


class ExpiredToken(OAuth2Error):
    """Nobody decided in time."""

    error = "expired_token"
    description = "the device code has expired; start again at the device authorization endpoint"


class DeviceCode(BaseGrant, TokenEndpointMixin):
    """Answers polls: one statement while the person has not decided; the code is claimed once."""

    GRANT_TYPE = GRANT_TYPE
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    request: BackChannelRequest
    device_code = ""

    def validate_token_request(self) -> None:
        """Authenticate the client; require the device code."""
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("this client is not registered for the device authorization grant")
        if "device_code" not in self.request.form:
            raise InvalidRequestError("device_code is missing")
        self.device_code = digest(self.request.form["device_code"])

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:  # type: ignore[override]  # the body is no text
        """Return the tokens, once the person approved; raises the error that says what to do until then."""
        tx = self.request.tx
        device = tx.device_authorizations.poll(self.device_code)
        if device is None:
            self._raise_for_haste()
        self._require_own(device)
        if device.denied:
            raise AccessDeniedError("the person did not agree")
        if device.decided_at is None:
            raise ExpiredToken if device.expires_at <= tx.now else AuthorizationPending
        return 200, self._issue(self._claim_grant(device)), self.TOKEN_RESPONSE_HEADER

    def _claim_grant(self, device: DeviceAuthorization) -> Grant:
        found = self.request.tx.grants.claim_code(
            self.device_code,
            client_id=device.client_id,
            redirect_uri=REDIRECT_URI,
            code_challenge="",
            confirmation=self.request.binding.confirmation,
        )
        if found is None:
            self._raise_for_code(device)
        return found

    def _raise_for_code(self, device: DeviceAuthorization) -> Never:
        """Find out why; a second use ends everything that the first one got."""
        tx = self.request.tx
        grant = tx.grants.by_code(self.device_code)
        if grant is not None and grant.code_used_at is not None:
            revoke_family_and_raise(self.request, Event.CODE_REPLAYED, grant)
        if device.expires_at <= tx.now:
            raise ExpiredToken
        raise_invalid_grant(self.request, "revoked, or the account is not active", grant)

    def _issue(self, grant: Grant) -> dict[str, Any]:
        api = resource_indicators.find_api_of_grant(
            self.request.tx, self.request.resource, allowed=grant.resources, scopes=grant.scopes
        )
        refresh_token = None
        if grant.offline and self.request.authenticated_client.check_grant_type("refresh_token"):
            refresh_token = services().entropy.token()
            self.request.tx.refresh_tokens.add(grant.id, digest(refresh_token))
        return token_response(
            self.request, grant, grant.scopes, by=self.GRANT_TYPE, api=api, refresh_token=refresh_token
        )

    def _raise_for_haste(self) -> Never:
        """Find out why the poll was not accepted: there is no such request, or it came too soon."""
        device = self.request.tx.device_authorizations.by_device_code(self.device_code)
        if device is None:
            raise_invalid_grant(self.request, "no such device code")
        self._require_own(device)
        self.request.tx.device_authorizations.slow_down(self.device_code)
        raise SlowDown

    def _require_own(self, device: DeviceAuthorization) -> None:
        if device.client_id != self.request.authenticated_client.client_id:
            raise_invalid_grant(self.request, "another client's device code")
