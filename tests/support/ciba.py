"""A client that asks for sign-ins itself (OpenID CIBA), and the person who answers."""

from typing import Any

from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.kernel.clock import MINUTE
from idp.persistence.client_metadata import ClientMetadata
from tests.support.apis import READ
from tests.support.back_channel import BackChannelClient
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.jws import signed
from tests.support.signed_requests import KEYS, PUBLIC

GRANT = "urn:openid:params:grant-type:ciba"
PATH = "/bc-authorize"
MESSAGE = "Pay 20 EUR to Bob 4711"
NUMBER = "4711"
ALG = "ES256"
CLIENT = {
    "grant_types": [GRANT, "refresh_token"],
    "response_types": [],
    "redirect_uris": [],
    "scopes": ["openid", "email", "offline_access", READ],
}


class Terminal(BackChannelClient):
    """A client without a browser of its own, in poll mode unless told otherwise."""

    def __init__(self, harness: Harness, client_id: str = "till", **traits: Any) -> None:
        super().__init__(harness, client_id, **(CLIENT | traits))
        self.auth_req_id = ""

    def ask(self, **changes: Any) -> TestResponse:
        """Sends an authentication request; None leaves a parameter out."""
        form = {"scope": "openid offline_access", "login_hint": "jane", "binding_message": MESSAGE}
        return self.post(PATH, form | changes)

    def start(self, **changes: Any) -> "Terminal":
        """Sends one that is accepted."""
        answer = self.ask(**changes)
        assert answer.status_code == 200, answer.text
        self.auth_req_id = (answer.json or {})["auth_req_id"]
        return self

    def poll(self, *, after: int = 5, **headers: str) -> TestResponse:
        """Asks for tokens, some seconds later."""
        self.harness.clock.advance(after)
        return self.post("/token", {"grant_type": GRANT, "auth_req_id": self.auth_req_id}, headers=headers)


def open_request(browser: Browser, person: Someone) -> None:
    """The person opens the page of requests, and signs in where that is asked."""
    browser.get("/approve")
    if browser.at.endswith("/identify"):
        browser.submit(username=person.username, password=person.password)


def approve(browser: Browser, person: Someone, *, number: str = NUMBER) -> None:
    """They type the number, and approve."""
    open_request(browser, person)
    browser.submit(number=number, choice="approve")


class SigningTerminal(Terminal):
    """Signs its requests; None leaves a claim out."""

    def __init__(self, harness: Harness, client_id: str = "till", **traits: Any) -> None:
        values = {"jwks": PUBLIC, "metadata": ClientMetadata(backchannel_authentication_request_signing_alg=ALG)}
        super().__init__(harness, client_id, **(values | traits))

    def claims(self, **changes: Any) -> dict[str, Any]:
        """What it signs."""
        now = self.harness.clock.now()
        own = {"iss": self.app.client_id, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 5 * MINUTE, "jti": "j"}
        asked = {"scope": "openid", "login_hint": "jane", "binding_message": MESSAGE}
        return {name: value for name, value in (asked | own | changes).items() if value is not None}

    def object(self, *, alg: str = ALG, key: JWK | None = None, typ: str | None = None, **changes: Any) -> str:
        """A signed authentication request (section 7.1.1)."""
        header = {"alg": alg, "kid": alg} | ({"typ": typ} if typ else {})
        return signed(key or KEYS[alg], alg, header, self.claims(**changes))
