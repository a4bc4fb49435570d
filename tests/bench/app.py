"""An app that has a signed-in person's browser at hand: every request of the hot paths, ready to be sent."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from idp.kernel.handles import s256
from tests.bench.wire import Answer, Request
from tests.support.back_channel import FORM, basic
from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.relying_party import RelyingParty

VERIFIER = "a-verifier-of-at-least-forty-three-characters-~._-"
SCOPE = "openid profile email offline_access"


@dataclass(frozen=True)
class BenchApp:
    """`cookie` is the whole header of the person's browser."""

    client_id: str
    secret: str
    redirect_uri: str
    cookie: str

    def discovery(self) -> Request:
        """The provider's metadata."""
        return Request("GET", "/.well-known/openid-configuration")

    def jwks(self) -> Request:
        """The provider's public keys."""
        return Request("GET", "/jwks")

    def authorize(self) -> Request:
        """By somebody with a session: straight back to the app."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": SCOPE,
            "state": "a-state-of-some-length-0123456789",
            "nonce": "a-nonce-of-some-length-0123456789",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
        }
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "cross-site", "User-Agent": "Mozilla/5.0 Firefox/140.0"}
        return Request("GET", f"/authorize?{urlencode(query)}", headers)

    def redeem(self, answer: Answer) -> Request:
        """The code in the answer to `authorize`, for tokens."""
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        fields = {"code": code, "redirect_uri": self.redirect_uri, "code_verifier": VERIFIER}
        return self._post("/token", grant_type="authorization_code", **fields)

    def refresh(self, answer: Answer) -> Request:
        """The refresh token in a token response, for new tokens."""
        return self._post("/token", grant_type="refresh_token", refresh_token=answer.json["refresh_token"])

    def client_credentials(self) -> Request:
        """A token for the app itself."""
        return self._post("/token", grant_type="client_credentials")

    def userinfo(self, access_token: str) -> Request:
        """Who the token is about."""
        return Request("GET", "/userinfo", {"Authorization": f"Bearer {access_token}"})

    def introspect(self, access_token: str) -> Request:
        """What the token is good for."""
        return self._post("/introspect", token=access_token)

    def _post(self, path: str, **fields: str) -> Request:
        headers = {"Authorization": basic(self.client_id, self.secret), "Content-Type": FORM}
        return Request("POST", path, headers, urlencode(fields).encode())


def signed_in_app(harness: Harness) -> BenchApp:
    """Return an app, and the cookies of somebody who signed in with password and code, in an application of ours."""
    rp, browser = RelyingParty(harness), Browser(harness)
    rp.sign_in(browser, harness.person("jane", totp=True), acr_values="mfa")
    cookie = "; ".join(f"__Host-countersign-{name}={browser.cookie(name)}" for name in ("session", "browser"))
    return BenchApp(rp.app.client_id, rp.app.secret, rp.app.redirect_uri, cookie)
