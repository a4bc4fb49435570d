"""A client on the back channel: registered, with codes, posting forms; without a browser.

client = BackChannelClient(harness)     a confidential client; traits as in Harness.client
code = client.granted(jane)             what the authorization endpoint would have sent
client.redeem(code)                     the token response
"""

import base64
import copy
import dataclasses
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote_plus, urlencode

from werkzeug.test import TestResponse

from idp.kernel.entropy import SystemEntropy
from idp.kernel.handles import digest, s256
from idp.persistence.grants import Grant, grants
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.issuer_client import IssuerClient

FORM = "application/x-www-form-urlencoded"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-~._-"
ALL_SCOPES = ("openid", "profile", "email", "phone", "address", "offline_access")


@dataclasses.dataclass(frozen=True)
class Code:
    """An authorization code, and what the app must send with it."""

    value: str
    redirect_uri: str
    verifier: str
    grant_id: str = ""


def basic(client_id: str, secret: str) -> str:
    """An `Authorization` header, form-encoded inside as RFC 6749 section 2.3.1 has it."""
    joined = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return "Basic " + base64.b64encode(joined.encode()).decode()


def insert_grant(harness: Harness, grant: Grant) -> None:
    """A grant without a session."""
    row = dataclasses.asdict(grant) | {"created_at": harness.clock.now()}
    with harness.services.database.engine.begin() as connection:
        connection.execute(grants.insert().values(row))


class BackChannelClient:
    """One app. Keyword arguments of its methods are form fields; None leaves a field out."""

    def __init__(self, harness: Harness, client_id: str = "web", **traits: Any) -> None:
        self.harness = harness
        self.method = traits.get("token_endpoint_auth_method", "client_secret_basic")
        self.app = harness.client(client_id, **traits)
        self.http = IssuerClient(harness.app, harness.settings.issuer)

    def twin(self) -> Self:
        """The same app on a connection of its own, for use in another thread."""
        other = copy.copy(self)
        other.http = IssuerClient(self.harness.app, self.harness.settings.issuer)
        return other

    def granted(
        self, person: Someone, *, scopes: tuple[str, ...] = ("openid", "offline_access"), **traits: Any
    ) -> Code:
        """An authorization by `person`, signed in a minute ago with password and code, and its code of 60 seconds."""
        entropy, now = SystemEntropy(), self.harness.clock.now()
        code = entropy.token()
        values: dict[str, Any] = {
            "id": entropy.token(16),
            "user_id": person.id,
            "client_id": self.app.client_id,
            "sid": "sid-1",
            "offline": "offline_access" in scopes,
            "scopes": list(scopes),
            "claims": {},
            "acr": "mfa",
            "amr": ["pwd", "otp", "mfa"],
            "auth_time": now - 60,
            "second_factor_at": now - 60,
            "nonce": "n-1",
            "redirect_uri": self.app.redirect_uri,
            "code_digest": digest(code),
            "code_challenge": s256(VERIFIER),
            "code_expires_at": now + 60,
            "expires_at": now + self.harness.settings.refresh_token_lifetime,
        }
        grant = Grant(**(values | traits))
        insert_grant(self.harness, grant)
        return Code(code, grant.redirect_uri, VERIFIER, grant.id)

    def post(
        self, path: str, form: Mapping[str, Any], *, headers: Mapping[str, str] | None = None, anonymous: bool = False
    ) -> TestResponse:
        """Posts a form, authenticated in the registered way unless `anonymous`."""
        sent = dict(headers or {})
        fields = dict(form)
        if not anonymous and self.method == "client_secret_basic":
            sent.setdefault("Authorization", basic(self.app.client_id, self.app.secret))
        if not anonymous and self.method in {"client_secret_post", "none"}:
            fields.setdefault("client_id", self.app.client_id)
        if not anonymous and self.method == "client_secret_post":
            fields.setdefault("client_secret", self.app.secret)
        body = urlencode({name: value for name, value in fields.items() if value is not None})
        return self.raw(path, body.encode(), headers=sent)

    def raw(
        self, path: str, body: bytes, *, content_type: str = FORM, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        """Posts exactly these bytes."""
        return self.http.post(path, data=body, content_type=content_type, headers=dict(headers or {}), base_url=ISSUER)

    def redeem(self, code: Code, /, **changes: Any) -> TestResponse:
        """Posts a code to the token endpoint."""
        form = {
            "grant_type": "authorization_code",
            "code": code.value,
            "redirect_uri": code.redirect_uri,
            "code_verifier": code.verifier,
        }
        return self.post("/token", form | changes)

    def refresh(self, refresh_token: str, /, **changes: Any) -> TestResponse:
        """Posts a refresh token to the token endpoint."""
        return self.post("/token", {"grant_type": "refresh_token", "refresh_token": refresh_token} | changes)

    def client_credentials(self, **changes: Any) -> TestResponse:
        """Asks for a token for the app itself."""
        return self.post("/token", {"grant_type": "client_credentials"} | changes)

    def introspect(self, token: str, /, **changes: Any) -> TestResponse:
        """Asks what a token is good for."""
        return self.post("/introspect", {"token": token} | changes)

    def revoke(self, token: str, /, **changes: Any) -> TestResponse:
        """Gives a token back."""
        return self.post("/revoke", {"token": token} | changes)

    def get(self, path: str, token: str, **headers: str) -> TestResponse:
        """Calls one of our APIs with an access token."""
        sent = {"Authorization": f"Bearer {token}"} | headers
        return self.http.get(path, headers=sent, base_url=ISSUER)

    def userinfo(self, token: str) -> TestResponse:
        """Asks about the person."""
        return self.get("/userinfo", token)

    def tokens(self, person: Someone, **traits: Any) -> dict[str, Any]:
        """A whole token response for `person`."""
        return self.redeemed(self.granted(person, **traits))

    def redeemed(self, code: Code) -> dict[str, Any]:
        """The token response to a code that must be good."""
        response = self.redeem(code)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json or {}
        return found

    def claims_of(self, token: str, typ: str = "at+jwt") -> dict[str, Any]:
        """What one of our tokens says, its signature verified."""
        return self.harness.services.keyring.verify(token, typ=typ, now=self.harness.clock.now())


def refused(response: TestResponse, error: str, status: int = 400) -> None:
    """Asserts a well-formed OAuth refusal (RFC 6749 section 5.2)."""
    assert (response.status_code, (response.json or {}).get("error")) == (status, error), response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert response.mimetype == "application/json"
    description = (response.json or {})["error_description"]
    assert description.isascii()
    assert not set(description) & set('"\\\r\n\t')
    assert ("WWW-Authenticate" in response.headers) == (
        status == 401 or error == "insufficient_scope" or bearer(response)
    )


def bearer(response: TestResponse) -> bool:
    """Whether the answer challenges for an access token."""
    return response.headers.get("WWW-Authenticate", "").startswith("Bearer ")
