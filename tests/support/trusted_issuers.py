"""Trusted issuers of assertions, and an app that presents theirs as a grant: RFC 7523 section 2.1."""

from typing import Any

from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.persistence.trusted_issuers import TrustedIssuer
from tests.support.apis import READ, WRITE
from tests.support.back_channel import BackChannelClient
from tests.support.harness import ISSUER, Harness
from tests.support.jws import signed

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
OTHER = "https://authority.example.test"
KEY = JWK.generate(kty="EC", crv="P-256", kid="k1")
STRANGER = JWK.generate(kty="EC", crv="P-256", kid="k1")
BY_KEY = {"alg": "ES256", "kid": "k1"}
PUBLIC = {"keys": [KEY.export_public(as_dict=True)]}


class AssertionClient(BackChannelClient):
    """An app that presents assertions, right ones unless changed; None leaves a claim out."""

    def __init__(self, harness: Harness, client_id: str = "courier", **traits: Any) -> None:
        values = {"grant_types": [GRANT], "scopes": [READ, "security", "openid"], "redirect_uris": []}
        super().__init__(harness, client_id, **values | traits)
        self.count = 0

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of an assertion about jane, as changed."""
        now, self.count = self.harness.clock.now(), self.count + 1
        claims = {"iss": OTHER, "sub": "jane", "aud": ISSUER, "iat": now, "exp": now + 60, "jti": f"j{self.count}"}
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def assertion(self, key: JWK = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """Return an assertion, as changed."""
        return signed(key, "ES256", BY_KEY | (header or {}), self.claims(**changes))

    def present(self, assertion: str | None = None, **form: Any) -> TestResponse:
        """Ask for a token, with a good assertion unless another is given."""
        fields = {"grant_type": GRANT, "assertion": self.assertion() if assertion is None else assertion}
        return self.post("/token", fields | form)


def trust(harness: Harness, **changes: Any) -> None:
    """Register the other authority."""
    values: dict[str, Any] = {"issuer": OTHER, "jwks": PUBLIC, "clients": ["courier"], "scopes": [READ, WRITE]}
    with harness.services.database.write() as tx:
        tx.trusted_issuers.add(TrustedIssuer(**values | changes))
