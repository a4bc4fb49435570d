"""A relying party that signs its requests: RFC 9101, OpenID Connect Core section 6."""

from typing import Any
from urllib.parse import urlencode

from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.kernel.clock import MINUTE
from idp.persistence.client_metadata import ClientMetadata
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness
from tests.support.jws import signed
from tests.support.relying_party import RelyingParty

KEYS = {
    "RS256": JWK.generate(kty="RSA", size=2048, kid="RS256", alg="RS256"),
    "PS256": JWK.generate(kty="RSA", size=2048, kid="PS256", alg="PS256"),
    "ES256": JWK.generate(kty="EC", crv="P-256", kid="ES256"),
    "EdDSA": JWK.generate(kty="OKP", crv="Ed25519", kid="EdDSA"),
}
STRANGER = JWK.generate(kty="EC", crv="P-256", kid="ES256")
PUBLIC = {"keys": [key.export_public(as_dict=True) for key in KEYS.values()]}
OUTER = ("client_id", "response_type", "scope")
"""What OpenID Connect Core section 6.1 wants beside the object."""


class SigningParty(RelyingParty):
    """Signs its requests; `members` of objects are parameters or claims, None leaves one out."""

    def __init__(
        self, harness: Harness, client_id: str = "web", *, jwks: dict[str, Any] = PUBLIC, **metadata: Any
    ) -> None:
        super().__init__(harness, client_id, jwks=jwks, metadata=ClientMetadata(**metadata))

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return a good request as claims, as changed."""
        now = self.harness.clock.now()
        times = {"nbf": now, "iat": now, "exp": now + 5 * MINUTE}
        own = {"iss": self.app.client_id, "aud": ISSUER, **times}
        values = self.request() | own | changes
        self.sent |= {name: str(value) for name, value in changes.items() if name in {"redirect_uri", "response_mode"}}
        return {name: value for name, value in values.items() if value is not None}

    def signed(self, *, alg: str = "ES256", key: JWK | None = None, typ: str | None = None, **changes: Any) -> str:
        """Return a request object."""
        header = {"alg": alg, "kid": alg} | ({"typ": typ} if typ else {})
        return signed(key or KEYS[alg], alg, header, self.claims(**changes))

    def send_object(self, browser: Browser, token: str | None, **beside: str) -> TestResponse:
        """Send the browser to us with the object, or with none, and what is beside it."""
        sent = {name: self.sent[name] for name in OUTER} | ({"request": token} if token else {}) | beside
        return browser.get("/authorize?" + urlencode(sent), site="cross-site")

    def send(self, browser: Browser, **changes: Any) -> TestResponse:
        """Sign a request, and send the browser to us with it."""
        return self.send_object(browser, self.signed(**changes))
