"""What the grants of requests share whose clients poll until a person decides: RFC 8628 section 3.5, CIBA section 11.

too soon       slow_down
not decided    authorization_pending; expired_token when it is too late
denied         access_denied
approved       the code is claimed from the stored grant, by one statement
"""

from __future__ import annotations

from typing import Any, Never, Protocol

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin
from authlib.oauth2.rfc6749.errors import AccessDeniedError, InvalidRequestError, UnauthorizedClientError

from idp.audit import Event
from idp.kernel.handles import digest
from idp.persistence.grants import NO_REDIRECT_URI, Grant
from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.grants.token_response import issue_tokens, raise_invalid_grant, revoke_family_and_raise


class AuthorizationPending(OAuth2Error):
    """The person has not decided yet."""

    error = "authorization_pending"
    description = "the person has not decided yet; ask again after the interval"


class SlowDown(OAuth2Error):
    """The client asked before the interval was over, which is longer from now on."""

    error = "slow_down"
    description = "the interval between two requests is 5 seconds longer from now on"


class ExpiredToken(OAuth2Error):
    """Nobody decided in time."""

    error = "expired_token"
    description = "nobody decided in time; start again with a new request"


class PolledRequest(Protocol):
    """The part of a stored request that a poll reads."""

    @property
    def client_id(self) -> str:
        """Return whose request it is."""
        ...

    @property
    def expires_at(self) -> int:
        """Return when it ends (seconds, UTC)."""
        ...

    @property
    def decided_at(self) -> int | None:
        """Return when the person decided (seconds, UTC)."""
        ...

    @property
    def denied(self) -> bool:
        """Whether the person refused."""
        ...


class PolledRequests(Protocol):
    """The part of a store that a poll calls; `code` is a digest."""

    def poll(self, code: str) -> PolledRequest | None:
        """Return the request, unless the client asks too soon."""
        ...

    def by_code(self, code: str) -> PolledRequest | None:
        """Return the request, whatever became of it."""
        ...

    def slow_down(self, code: str) -> None:
        """Make the interval longer."""
        ...


class PolledRequestGrant(BaseGrant, TokenEndpointMixin):
    """Base class: answers polls with one statement until the person has decided; the code is claimed once."""

    GRANT_TYPE: str
    CODE_PARAMETER = ""
    request: BackChannelRequest
    code = ""

    def requests(self) -> PolledRequests:
        """Return the store of the requests."""
        raise NotImplementedError

    def validate_token_request(self) -> None:
        """Authenticate the client; require the code."""
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("this client is not registered for this grant_type")
        if self.CODE_PARAMETER not in self.request.form:
            raise InvalidRequestError(f"{self.CODE_PARAMETER} is missing")
        self.code = digest(self.request.form[self.CODE_PARAMETER])

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:  # type: ignore[override]  # the body is no text
        """Return the tokens, once the person approved; raises the error that says what to do until then."""
        asked = self.requests().poll(self.code)
        if asked is None:
            self._raise_for_haste()
        self._require_own(asked)
        if asked.denied:
            raise AccessDeniedError("the person did not agree")
        if asked.decided_at is None:
            raise ExpiredToken if asked.expires_at <= self.request.tx.now else AuthorizationPending
        return 200, issue_tokens(self.request, self._claim_grant(asked), by=self.GRANT_TYPE), self.TOKEN_RESPONSE_HEADER

    def _claim_grant(self, asked: PolledRequest) -> Grant:
        found = self.request.tx.grants.claim_code(
            self.code,
            client_id=asked.client_id,
            redirect_uri=NO_REDIRECT_URI,
            code_challenge="",
            confirmation=self.request.binding.confirmation,
        )
        if found is None:
            self._raise_for_code(asked)
        return found

    def _raise_for_code(self, asked: PolledRequest) -> Never:
        """Find out why; a second use ends everything that the first one got."""
        tx = self.request.tx
        grant = tx.grants.by_code(self.code)
        if grant is not None and grant.code_used_at is not None:
            revoke_family_and_raise(self.request, Event.CODE_REPLAYED, grant)
        if asked.expires_at <= tx.now:
            raise ExpiredToken
        raise_invalid_grant(self.request, "revoked, or the account is not active", grant)

    def _raise_for_haste(self) -> Never:
        """Find out why the poll was not accepted: there is no such request, or it came too soon."""
        asked = self.requests().by_code(self.code)
        if asked is None:
            raise_invalid_grant(self.request, f"no such {self.CODE_PARAMETER}")
        self._require_own(asked)
        self.requests().slow_down(self.code)
        raise SlowDown

    def _require_own(self, asked: PolledRequest) -> None:
        if asked.client_id != self.request.authenticated_client.client_id:
            raise_invalid_grant(self.request, f"{self.CODE_PARAMETER} of another client")
