"""A client that proves its key with each request (RFC 9449).

holder = KeyHolder(rp)                   the client, with a key
holder.redeem(code)                      as the client, with a proof
holder.get("/userinfo", token)           an API, with a proof for this token
"""

import hashlib
from typing import Any

from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.kernel.entropy import SystemEntropy
from tests.support.back_channel import BackChannelClient, Code
from tests.support.harness import ISSUER
from tests.support.jws import b64, signed


def new_key() -> JWK:
    """A new key for ES256."""
    return JWK.generate(kty="EC", crv="P-256")


class KeyHolder:
    """Makes right proofs, unless told otherwise; None leaves a member out."""

    def __init__(self, rp: BackChannelClient, key: JWK | None = None, alg: str = "ES256") -> None:
        self.rp = rp
        self.key = key or new_key()
        self.alg = alg
        self.nonce: str | None = None

    @property
    def jkt(self) -> str:
        """The thumbprint of the key."""
        return str(self.key.thumbprint())

    def header(self, **changes: Any) -> dict[str, Any]:
        """The header of a proof, as changed."""
        header = {"typ": "dpop+jwt", "alg": self.alg, "jwk": self.key.export_public(as_dict=True)}
        return {name: value for name, value in (header | changes).items() if value is not None}

    def claims(self, path: str, method: str = "POST", token: str | None = None, **changes: Any) -> dict[str, Any]:
        """The claims of a proof, as changed."""
        claims = {"htm": method, "htu": ISSUER + path, "iat": self.rp.harness.clock.now(), "nonce": self.nonce}
        claims |= {"jti": SystemEntropy().token(), "ath": token and b64(hashlib.sha256(token.encode()).digest())}
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def proof(self, path: str = "/token", *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A proof, signed by the key."""
        return signed(self.key, self.alg, self.header(**(header or {})), self.claims(path, **claims))

    def token_request(self, form: dict[str, Any], proof: str | None = None) -> TestResponse:
        """Posts to the token endpoint."""
        return self.rp.post("/token", form, headers={"DPoP": proof or self.proof()})

    def redeem(self, code: Code, proof: str | None = None) -> TestResponse:
        """Redeems a code."""
        form = {"grant_type": "authorization_code", "code": code.value, "redirect_uri": code.redirect_uri}
        return self.token_request(form | {"code_verifier": code.verifier}, proof)

    def refresh(self, refresh_token: str, proof: str | None = None) -> TestResponse:
        """Uses a refresh token."""
        return self.token_request({"grant_type": "refresh_token", "refresh_token": refresh_token}, proof)

    def client_credentials(self, proof: str | None = None) -> TestResponse:
        """Asks for a token for the client itself."""
        return self.token_request({"grant_type": "client_credentials"}, proof)

    def get(self, path: str, token: str, *, proof: str | None = None, scheme: str = "DPoP") -> TestResponse:
        """Calls an API."""
        sent = proof or self.proof(path, method="GET", token=token)
        return self.rp.get(path, token, Authorization=f"{scheme} {token}", DPoP=sent)
