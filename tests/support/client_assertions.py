"""Client assertions signed with a private key: RFC 7523 section 2.2."""

import uuid
from typing import Any

from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.kernel.clock import MINUTE
from idp.protocol.client_requests.client_assertion import ASSERTION_TYPE
from tests.support.back_channel import BackChannelClient
from tests.support.harness import ISSUER, Harness
from tests.support.jws import signed

KEY = JWK.generate(kty="EC", crv="P-256", kid="k1")
STRANGER = JWK.generate(kty="EC", crv="P-256", kid="k1")
PUBLIC = {"keys": [KEY.export_public(as_dict=True)]}


def assertion_claims(harness: Harness, client_id: str, /, **changes: Any) -> dict[str, Any]:
    """Return the claims that RFC 7523 section 3 wants, as changed; None leaves one out."""
    claims = {"iss": client_id, "sub": client_id, "aud": ISSUER, "exp": harness.clock.now() + MINUTE}
    claims |= {"jti": str(uuid.uuid4())} | changes
    return {name: value for name, value in claims.items() if value is not None}


def assertion_fields(
    harness: Harness, client_id: str, /, *, key: JWK, alg: str, aud: object = ISSUER, **changes: Any
) -> dict[str, str]:
    """Return the form fields of a new assertion with these claims; its header names the key."""
    claims = assertion_claims(harness, client_id, aud=aud, **changes)
    return {
        "client_assertion": signed(key, alg, {"alg": alg, "kid": key["kid"]}, claims),
        "client_assertion_type": ASSERTION_TYPE,
    }


class Signer:
    """A client that signs assertions, right ones unless told otherwise."""

    def __init__(self, harness: Harness, client_id: str = "signer", **traits: Any) -> None:
        values = {"token_endpoint_auth_method": "private_key_jwt", "jwks": PUBLIC} | traits
        self.rp = BackChannelClient(harness, client_id, **values)
        self.clock = harness.clock
        self.count = 0

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of an assertion, as changed."""
        now, self.count = self.clock.now(), self.count + 1
        own = {"iat": now, "exp": now + 5 * MINUTE, "jti": f"jti-{self.count}"}
        return assertion_claims(self.rp.harness, self.rp.app.client_id, **own | changes)

    def header(self, **changes: Any) -> dict[str, Any]:
        """Return the header of an assertion, as changed; None leaves a member out."""
        return {name: value for name, value in ({"alg": "ES256", "kid": "k1"} | changes).items() if value is not None}

    def assertion(self, *, key: JWK = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return an assertion, as changed."""
        return signed(key, "ES256", self.header(**(header or {})), self.claims(**claims))

    def form(self, assertion: str) -> dict[str, Any]:
        """Return a form for any endpoint of the back channel."""
        fields = {"grant_type": "client_credentials", "token": "x"}
        return fields | {"client_assertion": assertion, "client_assertion_type": ASSERTION_TYPE}

    def post(self, assertion: str, path: str = "/token", **form: Any) -> TestResponse:
        """Post such a form, as changed."""
        return self.rp.post(path, self.form(assertion) | form)
