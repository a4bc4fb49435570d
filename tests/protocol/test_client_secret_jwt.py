"""client_secret_jwt: an assertion signed with the secret (OpenID Connect Core section 9)."""

import dataclasses
from typing import Any

import pytest
from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.admin import Refused, clients
from idp.admin.client_rules import Registration
from idp.protocol.client_requests.client_assertion import ASSERTION_TYPE
from idp.signing.client_secrets import seal_secret
from tests.support.back_channel import BackChannelClient, refused
from tests.support.command import Command
from tests.support.harness import ISSUER, App, Harness
from tests.support.jws import hmac_signed, signed, unsigned
from tests.support.tables import rows

METHOD = "client_secret_jwt"


class SecretSigner:
    """A client that an administrator registered by the command."""

    def __init__(self, harness: Harness) -> None:
        added = Command.of(harness.settings).read(
            *("clients", "add", "signer", "--name", "Signer", "--redirect-uri", "https://app.example.test/callback"),
            *("--auth-method", METHOD, "--grant", "authorization_code", "--grant", "client_credentials"),
        )
        self.rp = BackChannelClient(harness, "spare", token_endpoint_auth_method=METHOD)
        self.rp.app = App("signer", added["client_secret"])
        self.count = 0

    def claims(self, **changes: Any) -> dict[str, Any]:
        now, self.count = self.rp.harness.clock.now(), self.count + 1
        claims = {"iss": "signer", "sub": "signer", "aud": ISSUER, "exp": now + 60, "jti": f"jti-{self.count}"}
        return claims | changes

    def post(self, assertion: str | None = None, **form: Any) -> TestResponse:
        """Asks for a token of the client itself."""
        sent = assertion or self.assertion()
        fields = {"client_assertion": sent, "client_assertion_type": ASSERTION_TYPE}
        return self.rp.post("/token", {"grant_type": "client_credentials"} | fields | form)

    def assertion(self, secret: str | None = None, alg: str = "HS256", **claims: Any) -> str:
        """An assertion, signed with the secret."""
        return hmac_signed((secret or self.rp.app.secret).encode(), {"alg": alg}, self.claims(**claims))


@pytest.fixture
def signer(harness: Harness) -> SecretSigner:
    return SecretSigner(harness)


def test_happy_flow(harness: Harness, signer: SecretSigner) -> None:
    """Once; and the secret lies nowhere in the database."""
    assertion = signer.assertion()
    assert signer.post(assertion).status_code == 200
    refused(signer.post(assertion), "invalid_client", 401)
    assert signer.rp.app.secret not in repr(rows(harness))


def test_forgeries_are_refused(harness: Harness, signer: SecretSigner) -> None:
    """RFC 8725: no other algorithm, key or secret; and the secret itself proves nothing here."""
    key = JWK.generate(kty="EC", crv="P-256")
    forged = {
        "another secret": signer.assertion("x" * 43),
        "no secret": hmac_signed(b"", {"alg": "HS256"}, signer.claims()),
        "none": unsigned({"alg": "none"}, signer.claims()),
        "HS512": signer.assertion(alg="HS512"),
        "ES256": signed(key, "ES256", {"alg": "ES256"}, signer.claims()),
        "its own key": signed(key, "ES256", {"alg": "ES256", "jwk": key.export_public(as_dict=True)}, signer.claims()),
        "crit": hmac_signed(
            signer.rp.app.secret.encode(), {"alg": "HS256", "b64": False, "crit": ["b64"]}, signer.claims()
        ),
        "expired": signer.assertion(exp=1),
    }
    for name, assertion in forged.items():
        assert signer.post(assertion).status_code == 401, name
    form = {"grant_type": "client_credentials", "client_id": "signer", "client_secret": signer.rp.app.secret}
    refused(signer.rp.post("/token", form), "invalid_client", 401)
    broken = BackChannelClient(harness, "broken", token_endpoint_auth_method=METHOD, sealed_secret="1.x.y")
    refused(signer.post(signer.assertion(iss="broken", sub="broken")), "invalid_client", 401)
    assert broken.app.client_id == "broken"


def test_sealed_secret_of_another_client_does_not_open(harness: Harness, signer: SecretSigner) -> None:
    sealed = seal_secret(harness.services.sealer, "signer", signer.rp.app.secret)
    BackChannelClient(harness, "thief", token_endpoint_auth_method=METHOD, sealed_secret=sealed)
    refused(signer.post(signer.assertion(iss="thief", sub="thief")), "invalid_client", 401)


def test_rotation_keeps_the_old_secret_for_a_while(harness: Harness, signer: SecretSigner) -> None:
    command = Command.of(harness.settings)
    new = command.read("clients", "rotate-secret", "signer", "--grace", "3600")["client_secret"]
    assert signer.post(signer.assertion(new)).status_code == 200
    assert signer.post().status_code == 200
    command.done("clients", "end-secret", "signer")
    refused(signer.post(), "invalid_client", 401)
    assert signer.post(signer.assertion(new)).status_code == 200


def test_change_of_the_method_gives_a_new_secret(harness: Harness, signer: SecretSigner) -> None:
    """A digest cannot be turned into the secret that signs."""
    command = Command.of(harness.settings)
    new = command.read("clients", "set", "signer", "--auth-method", "client_secret_post")["client_secret"]
    refused(signer.post(), "invalid_client", 401)
    form = {"grant_type": "client_credentials", "client_id": "signer", "client_secret": new}
    assert signer.rp.post("/token", form).status_code == 200
    again = command.read("clients", "set", "signer", "--auth-method", METHOD)["client_secret"]
    assert signer.post(signer.assertion(again)).status_code == 200


def test_no_secret_is_stored_unsealed(harness: Harness) -> None:
    """A caller without the sealing keys is told so, and nothing is registered."""
    wanted = Registration(client_id="a", client_name="A", redirect_uris=["https://a.test/cb"])
    with harness.services.database.write() as tx, pytest.raises(Refused):
        clients.add(tx, dataclasses.replace(wanted, token_endpoint_auth_method=METHOD), harness.services.entropy)
