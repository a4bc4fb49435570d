"""The provider as this app sees it: Authlib's client and what OpenID Connect asks beyond it.

Authlib 1.9 brings PKCE, state, nonce, client authentication and the code exchange. It leaves to the app:

- the issuer named by the discovery document (Discovery 1.0 section 4.3);
- `iss` in the callback, which stops one provider's code being sent to another (RFC 9207);
- `state` on error answers: without it anybody can show a person an error of their choosing;
- an answer without an ID token, an ID token for another app, and which algorithms are good enough;
- whose claims the userinfo endpoint returned, and whose a refreshed token carries.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App, OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import UserInfo
from flask import redirect, request, session
from requests import RequestException
from werkzeug.wrappers import Response

from .assurance import step_up
from .signatures import SignatureVerifier
from .tokens import Claims, check_id_token, check_same_person


class Provider(FlaskOAuth2App):
    """One provider, registered as `oauth.register(..., client_cls=Provider, issuer=..., redirect_uri=...)`.

    Its methods raise AuthlibBaseError (the provider said no), joserfc's JoseError (it cannot be believed) or
    requests' RequestException (it cannot be reached).
    """

    def __init__(
        self,
        framework: FlaskIntegration,
        name: str,
        *,
        issuer: str,
        redirect_uri: str,
        clock: Callable[[], float] = time.time,
        **registration: Any,  # Authlib's own parameters, handed on as they are
    ) -> None:
        super().__init__(framework, name, **registration)
        self.issuer = issuer
        self.redirect_uri = redirect_uri
        self.clock = clock
        self.signatures = SignatureVerifier(self.fetch_jwk_set, clock)

    def load_server_metadata(self) -> Claims:
        metadata = super().load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            found = metadata.get("issuer")
            self.server_metadata.clear()
            raise OAuthError("wrong_issuer", f"{self.issuer} was expected, and the provider calls itself {found}")
        return metadata

    def start(
        self, *, goal: str, acr_values: Sequence[str] = (), max_age: int | None = None, hint: str = ""
    ) -> Response:
        """Redirect to the provider, and to `goal` afterwards; `acr_values` and `max_age` request a step-up."""
        can_insist = bool(self.load_server_metadata().get("claims_parameter_supported"))
        wishes = step_up(acr_values, max_age, has_claims_parameter=can_insist)
        outgoing = self.create_authorization_url(self.redirect_uri, login_hint=hint or None, **wishes)
        self.save_authorize_data(
            redirect_uri=self.redirect_uri,
            goal=goal,
            acr_values=list(acr_values),
            max_age=max_age,
            started_at=self.clock(),
            **outgoing,
        )
        return redirect(outgoing["url"])

    def finish(self) -> tuple[Claims, Claims]:
        """Answer the callback: the tokens, with the ID token's verified claims as `userinfo`; and what was asked."""
        state = request.args.get("state", "")
        asked = self.framework.get_state_data(session, state)
        if not asked:
            raise OAuthError("mismatching_state", "state is unknown, used or expired")
        try:
            self._check_sender()
            token = self.authorize_access_token()
        except ValueError as error:
            raise OAuthError("invalid_response", "the token endpoint did not answer with JSON") from error
        finally:
            self.framework.clear_state_data(session, state)
        if "userinfo" not in token or "access_token" not in token:
            raise OAuthError("invalid_response", "the token endpoint returned no ID token or no access token")
        return token, asked

    def _check_sender(self) -> None:
        """Check the response's issuer (RFC 9207 section 2.4), required if the provider supports it."""
        sender = request.args.get("iss")
        must_be_named = self.load_server_metadata().get("authorization_response_iss_parameter_supported")
        if sender != self.issuer and (sender is not None or must_be_named):
            raise OAuthError("wrong_issuer", "the answer did not come from the provider that was asked")

    def parse_id_token(self, token: Claims, nonce: str | None, *_: object, **_options: object) -> UserInfo:
        """Verify the ID token of a token response; Authlib calls this with the nonce it sent."""
        return UserInfo(
            check_id_token(
                self.signatures.decode(token["id_token"]),
                issuer=self.issuer,
                client_id=self.client_id,
                nonce=nonce,
                access_token=token.get("access_token"),
                now=int(self.clock()),
            )
        )

    def read_userinfo(self, token: Claims, id_claims: Claims) -> Claims:
        """Fetch claims that are not in the ID token."""
        # The access token alone: given the refresh token too, Authlib may use that up unseen, and the new one is lost.
        userinfo = dict(self.userinfo(token={"access_token": token["access_token"], "token_type": "Bearer"}))
        check_same_person(id_claims, userinfo)
        return userinfo

    def refresh(self, token: Claims, id_claims: Claims) -> tuple[Claims, Claims]:
        """Exchange the refresh token: new tokens, and the claims of the new ID token if there is one."""
        try:
            with self._back_channel() as client:
                endpoint = self.load_server_metadata()["token_endpoint"]
                renewed = dict(client.refresh_token(endpoint, refresh_token=token["refresh_token"]))
        except ValueError as error:
            raise OAuthError("invalid_response", "the token endpoint did not answer with JSON") from error
        if "id_token" in renewed:
            claims = dict(self.parse_id_token(renewed, nonce=None))
            check_same_person(id_claims, claims)
            id_claims = claims
        return {"id_token": token["id_token"]} | renewed, id_claims

    def revoke(self, refresh_token: str) -> None:
        """Revoke the refresh token (RFC 7009). Failures do not prevent signing out."""
        try:
            endpoint = self.load_server_metadata().get("revocation_endpoint")
            if endpoint:
                with self._back_channel() as client:
                    client.revoke_token(endpoint, token=refresh_token)
        except (RequestException, OAuthError):
            return

    def _back_channel(self) -> OAuth2Session:
        """Give the plain client, which names no scope: a refresh then means "as granted", whatever was declined."""
        return OAuth2Session(self.client_id, self.client_secret, default_timeout=10)
