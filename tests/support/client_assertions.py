"""Client assertions signed with a private key: RFC 7523 section 2.2."""

from typing import Any

from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.protocol.backchannel.client_assertion import ASSERTION_TYPE
from tests.support.back_channel import BackChannelClient
from tests.support.harness import ISSUER, Harness
from tests.support.jws import signed

KEY = JWK.generate(kty="EC", crv="P-256", kid="k1")
STRANGER = JWK.generate(kty="EC", crv="P-256", kid="k1")
PUBLIC = {"keys": [KEY.export_public(as_dict=True)]}


class Signer:
    """A client that signs assertions, right ones unless told otherwise."""

    def __init__(self, harness: Harness, client_id: str = "signer", **traits: Any) -> None:
        values = {"token_endpoint_auth_method": "private_key_jwt", "jwks": PUBLIC} | traits
        self.rp = BackChannelClient(harness, client_id, **values)
        self.clock = harness.clock
        self.count = 0

    def claims(self, **changes: Any) -> dict[str, Any]:
        now, self.count = self.clock.now(), self.count + 1
        claims = {"iss": self.rp.app.client_id, "sub": self.rp.app.client_id, "aud": ISSUER, "iat": now}
        claims |= {"exp": now + 300, "jti": f"jti-{self.count}"}
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def header(self, **changes: Any) -> dict[str, Any]:
        return {name: value for name, value in ({"alg": "ES256", "kid": "k1"} | changes).items() if value is not None}

    def assertion(self, *, key: JWK = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
        return signed(key, "ES256", self.header(**(header or {})), self.claims(**claims))

    def form(self, assertion: str) -> dict[str, Any]:
        fields = {"grant_type": "client_credentials", "token": "x"}
        return fields | {"client_assertion": assertion, "client_assertion_type": ASSERTION_TYPE}

    def post(self, assertion: str, path: str = "/token", **form: Any) -> TestResponse:
        return self.rp.post(path, self.form(assertion) | form)
