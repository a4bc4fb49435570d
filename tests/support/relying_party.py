"""A relying party with a browser: sends authorization requests, follows a person, checks the response.

`back_channel` is the class below it, without a browser.

app = RelyingParty(harness)             registered; traits as in Harness.client
app.send(browser, prompt="login")       the browser at /authorize, with new PKCE, state and nonce
app.sign_in(browser, jane)              the whole flow; the response, its `state` and `iss` checked
app.tokens_from(answer)                 the token response
"""

import base64
import hashlib
import html
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jwcrypto.common import base64url_decode
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from werkzeug.test import TestResponse

from idp.factors.totp import PERIOD
from idp.kernel.entropy import SystemEntropy
from idp.kernel.handles import s256
from tests.support.back_channel import BackChannelClient, Code
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness, Someone

FORM_ACTION = re.compile(r'<form [^>]*action="([^"]*)" data-send>')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
SENT = {
    "code": ("code",),
    "id_token": ("id_token",),
    "token": ("access_token", "token_type", "expires_in", "scope"),
}
"""Word of a response type -> parameters of a good response."""


class RelyingParty(BackChannelClient):
    """`sent` is the last request, `verifier` its PKCE secret."""

    def __init__(self, harness: Harness, client_id: str = "web", **traits: Any) -> None:
        super().__init__(harness, client_id, **traits)
        self.sent: dict[str, str] = {}
        self.verifier = ""

    def request(self, **changes: Any) -> dict[str, str]:
        """A good request, as changed; None leaves a parameter out."""
        entropy = SystemEntropy()
        self.verifier = entropy.token()
        values: dict[str, Any] = {
            "response_type": "code",
            "client_id": self.app.client_id,
            "redirect_uri": self.app.redirect_uri,
            "scope": "openid",
            "state": entropy.token(96),
            "nonce": entropy.token(),
            "code_challenge": s256(self.verifier),
            "code_challenge_method": "S256",
        }
        self.sent = {name: str(value) for name, value in (values | changes).items() if value is not None}
        return self.sent

    def address(self, **changes: Any) -> str:
        """The request as a link."""
        return "/authorize?" + urlencode(self.request(**changes))

    def send(self, browser: Browser, **changes: Any) -> TestResponse:
        """Sends the browser to us, as a link on the app's own site does."""
        return browser.get(self.address(**changes), site="cross-site")

    def sign_in(self, browser: Browser, someone: Someone, **changes: Any) -> dict[str, str]:
        """Sends the browser to us, proves whatever is asked, and takes the answer."""
        self.send(browser, **changes)
        return self.go_through(browser, someone)

    def go_through(self, browser: Browser, someone: Someone) -> dict[str, str]:
        """Proves whatever is asked, from wherever the browser stands; a time step is let pass before a code."""
        if "/identify" in browser.at:
            browser.submit(username=someone.username, password=someone.password)
        if browser.at.endswith("/code"):
            self.harness.clock.advance(PERIOD)
            browser.submit(code=someone.code(self.harness.clock))
        return self.answer(browser)

    def told(self, browser: Browser, someone: Someone, **changes: Any) -> dict[str, Any]:
        """Signs in and redeems the code; what the ID token tells the app."""
        return self.id_claims(self.tokens_from(self.sign_in(browser, someone, **changes)))

    def answer(self, browser: Browser) -> dict[str, str]:
        """What came back by redirect or form post; it is ours, for this request, and holds nothing else."""
        uri, parameters = self._delivered(browser)
        own = dict(parse_qsl(urlsplit(self.sent["redirect_uri"]).query, keep_blank_values=True))
        assert uri.partition("?")[0] == self.sent["redirect_uri"].partition("?")[0], uri
        assert {name: parameters.pop(name) for name in own} == own
        if self.sent.get("response_mode", "").endswith("jwt") and "response" in parameters:
            assert parameters.keys() == {"response"}
            parameters = self._opened(parameters["response"])
        assert parameters.pop("iss") == ISSUER
        assert parameters.pop("state", None) == self.sent.get("state")
        kinds = self.sent.get("response_type", "").split()
        expected = {name for kind in kinds for name in SENT.get(kind, ())}
        assert parameters.keys() in (expected, {"error", "error_description"}), parameters
        description = parameters.get("error_description", "")
        assert description.isascii()
        assert not set(description) & set('"\\\r\n\t')
        return parameters

    def error(self, browser: Browser) -> str:
        """The error that came back."""
        return self.answer(browser)["error"]

    def tokens_from(self, answer: dict[str, str]) -> dict[str, Any]:
        """Redeems the code."""
        return self.redeemed(Code(answer["code"], self.sent["redirect_uri"], self.verifier))

    def id_claims(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """The ID token's claims: signed by us, for this app and this request."""
        claims = self.claims_of(tokens["id_token"], "JWT")
        assert (claims["iss"], claims["aud"], claims.get("nonce")) == (
            ISSUER,
            self.app.client_id,
            self.sent.get("nonce"),
        )
        return claims

    def _opened(self, response: str) -> dict[str, str]:
        """The parameters in a JWT that any client could verify with our published keys (JARM section 2.4)."""
        header, claims = self.verified(response)
        assert header.keys() == {"alg", "kid"}
        assert claims.pop("aud") == self.app.client_id
        assert 0 < claims.pop("exp") - self.harness.clock.now() <= 600
        return claims

    def verified(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a JWT, verified with the key we publish for it."""
        header = json.loads(base64url_decode(token.partition(".")[0]))
        (key,) = [each for each in self.harness.services.keyring.jwks()["keys"] if each["kid"] == header["kid"]]
        assert key["alg"] == header["alg"]
        found = JWS()
        found.allowed_algs = [header["alg"]]
        found.deserialize(token, JWK(**key))
        return header, json.loads(found.payload)

    def _delivered(self, browser: Browser) -> tuple[str, dict[str, str]]:
        if self.sent.get("response_mode", "").startswith("form_post") and browser.page.status_code == 200:
            target = FORM_ACTION.search(browser.page.text)
            assert target, (browser.at, browser.page.text)
            fields = {name: html.unescape(value) for name, value in HIDDEN.findall(browser.page.text)}
            return html.unescape(target[1]), fields
        location = browser.left_for
        assert browser.page.headers["Cache-Control"] == "no-store"
        before, hash_sign, fragment = location.partition("#")
        pairs = parse_qsl(urlsplit(location).query, keep_blank_values=True)
        if hash_sign:
            assert before == self.sent["redirect_uri"], "nothing is added to the query"
            pairs += parse_qsl(fragment, keep_blank_values=True)
        else:
            assert not {"id_token", "access_token"} & dict(pairs).keys(), "no tokens in a query"
        assert len(dict(pairs)) == len(pairs), location
        return before, dict(pairs)


def is_page(browser: Browser, status: int = 400) -> bool:
    """Whether the person sees our own error page and is sent nowhere."""
    page = browser.page
    assert page.status_code == status, (browser.at, page.status)
    assert "Location" not in page.headers
    assert "data-send" not in page.text
    return "we cannot continue" in page.text or status != 400


def half(value: str) -> str:
    """Return the hash of a code, a token or a state that an ID token has beside it (OIDC Core section 3.3.2.11)."""
    hashed = hashlib.sha256(value.encode()).digest()[:16]
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
