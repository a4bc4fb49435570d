"""What the security profiles demand at the back channel: OAuth 2.1, RFC 9700, FAPI 2.0 Security Profile."""

from typing import Any

import pytest
from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.admin.client_rules import Registration, problems
from idp.persistence.client_metadata import ClientMetadata
from idp.security_profiles import code_lifetime
from tests.support.back_channel import BackChannelClient, refused
from tests.support.browser import Browser
from tests.support.client_assertions import Signer
from tests.support.dpop import KeyHolder
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.jws import signed
from tests.support.relying_party import RelyingParty
from tests.support.tables import events

STRICT = ClientMetadata(security_profile="strict")
FAPI2 = ClientMetadata(security_profile="fapi2", dpop_bound_access_tokens=True)


class FapiClient(Signer):
    """A client of FAPI 2.0 that signs an assertion and a proof for each request."""

    def __init__(self, harness: Harness, **metadata: Any) -> None:
        super().__init__(harness, metadata=ClientMetadata(**{"security_profile": "fapi2"} | metadata))
        self.holder = KeyHolder(self.rp)

    def token_request(self, form: dict[str, Any], **claims: Any) -> TestResponse:
        """Posts to the token endpoint."""
        return self.holder.token_request(self.form(self.assertion(**claims)) | form)

    def redeem(self, person: Someone, **changes: Any) -> TestResponse:
        """Redeems a new code."""
        code = self.rp.granted(person)
        form = {"grant_type": "authorization_code", "code": code.value, "redirect_uri": code.redirect_uri}
        return self.token_request(form | {"code_verifier": code.verifier} | changes)

    def refresh(self, token: str) -> TestResponse:
        """Uses a refresh token."""
        return self.token_request({"grant_type": "refresh_token", "refresh_token": token})


@pytest.fixture
def fapi(harness: Harness) -> FapiClient:
    """A client of FAPI 2.0."""
    return FapiClient(harness)


@pytest.mark.module("fapi2-security-profile-final-par-test-array-as-audience-fails")
@pytest.mark.parametrize("aud", [[ISSUER], f"{ISSUER}/token", f"{ISSUER}/par", [ISSUER, f"{ISSUER}/token"]])
def test_fapi2_audience_is_the_issuer_alone(fapi: FapiClient, aud: object) -> None:
    """Conformance 1.5 (7)."""
    form = {"grant_type": "client_credentials"}
    assert fapi.token_request(form).status_code == 200
    refused(fapi.token_request(form, aud=aud), "invalid_client", 401)


def test_older_client_may_keep_its_audience(harness: Harness) -> None:
    older = FapiClient(harness, legacy_assertion_audience=True)
    form = {"grant_type": "client_credentials"}
    assert older.token_request(form, aud=f"{ISSUER}/token").status_code == 200
    refused(older.token_request(form, aud="https://evil.test"), "invalid_client", 401)


def test_standard_client_may_name_the_endpoint(harness: Harness) -> None:
    """RFC 9126 section 2 says so of its own endpoint."""
    signer = Signer(harness)
    assert signer.post(signer.assertion(aud=f"{ISSUER}/revoke"), "/revoke").status_code == 200
    refused(signer.post(signer.assertion(aud=f"{ISSUER}/revoke"), "/token"), "invalid_client", 401)


@pytest.mark.module("fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails")
def test_fapi2_refuses_rs256(harness: Harness) -> None:
    """Conformance 1.5 (7)."""
    key = JWK.generate(kty="RSA", size=2048, kid="k1")
    signer = Signer(harness, jwks={"keys": [key.export_public(as_dict=True)]}, metadata=FAPI2)
    for alg, status in (("RS256", 401), ("PS256", 200)):
        assertion = signed(key, alg, signer.header(alg=alg), signer.claims())
        answer = KeyHolder(signer.rp).token_request(signer.form(assertion) | {"grant_type": "client_credentials"})
        assert answer.status_code == status, answer.text


def test_registered_algorithm_of_assertions_is_the_only_one(harness: Harness) -> None:
    """OpenID Connect Registration section 2, `token_endpoint_auth_signing_alg`."""
    wanting = Signer(harness, metadata=ClientMetadata(token_endpoint_auth_signing_alg="PS256"))
    refused(wanting.post(wanting.assertion()), "invalid_client", 401)


def test_fapi2_refuses_a_secret(harness: Harness) -> None:
    """A client that was registered before the profile was chosen."""
    rp = BackChannelClient(harness, metadata=FAPI2)
    refused(KeyHolder(rp).client_credentials(), "invalid_client", 401)


@pytest.mark.module("fapi2-security-profile-final-ensure-holder-of-key-required")
def test_fapi2_needs_a_proven_key(fapi: FapiClient, jane: Someone) -> None:
    """Conformance 1.5 (8)."""
    refused(fapi.post(fapi.assertion()), "invalid_request")
    assert (fapi.redeem(jane).json or {})["token_type"] == "DPoP"


@pytest.mark.module("fapi2-security-profile-final-refresh-token")
def test_fapi2_refresh_token_is_not_rotated(fapi: FapiClient, jane: Someone) -> None:
    """Conformance 1.5 (10): it works again 30 seconds later, and until the grant ends."""
    token = (fapi.redeem(jane).json or {})["refresh_token"]
    for _ in range(3):
        answer = fapi.refresh(token)
        assert answer.status_code == 200, answer.text
        assert "refresh_token" not in (answer.json or {})
        fapi.clock.advance(31)
    harness = fapi.rp.harness
    with harness.services.database.write() as tx:
        tx.grants.revoke_for_user(jane.id)
    refused(fapi.refresh(token), "invalid_grant")
    assert events(harness, "refresh_token.replayed") == 0


def test_strict_refresh_is_never_repeated(harness: Harness, jane: Someone) -> None:
    """OAuth 2.1 section 4.3.1: a second use ends the grant at once."""
    rp = BackChannelClient(harness, metadata=STRICT)
    token = rp.tokens(jane)["refresh_token"]
    successor = (rp.refresh(token).json or {})["refresh_token"]
    refused(rp.refresh(token), "invalid_grant")
    refused(rp.refresh(successor), "invalid_grant")
    assert events(harness, "refresh_token.replayed") == 1


def test_strict_accepts_one_way_to_send_a_secret(harness: Harness) -> None:
    rp = BackChannelClient(harness, metadata=STRICT)
    assert rp.client_credentials().status_code == 200
    form = {"grant_type": "client_credentials", "client_id": "web", "client_secret": rp.app.secret}
    refused(rp.post("/token", form, anonymous=True), "invalid_client", 401)


def test_strict_demands_pkce(harness: Harness, browser: Browser, jane: Someone) -> None:
    """At both endpoints, although the client is registered to leave it out."""
    rp = RelyingParty(harness, metadata=STRICT, require_pkce=False)
    rp.send(browser, code_challenge=None, code_challenge_method=None)
    assert rp.error(browser) == "invalid_request"
    refused(rp.redeem(rp.granted(jane, code_challenge=""), code_verifier=None), "invalid_grant")


@pytest.mark.parametrize("grant_type", ["client_credentials", "refresh_token"])
def test_unknown_scopes_are_refused_at_the_token_endpoint(harness: Harness, jane: Someone, grant_type: str) -> None:
    rp = BackChannelClient(harness, metadata=STRICT)
    form = {"grant_type": grant_type, "refresh_token": rp.tokens(jane)["refresh_token"], "scope": "openid wrong"}
    refused(rp.post("/token", form), "invalid_scope")


def test_fapi2_code_lives_a_minute_at_most(harness: Harness) -> None:
    """Conformance 1.5 (8), whatever the setting says."""
    harness.client("fapi", metadata=FAPI2)
    harness.client("web")
    with harness.services.database.read() as tx:
        fapi, web = (tx.clients.by_id(client_id) for client_id in ("fapi", "web"))
    assert fapi is not None
    assert web is not None
    assert [code_lifetime(client, 600) for client in (fapi, web)] == [60, 600]
    assert [code_lifetime(client, 30) for client in (fapi, web)] == [30, 30]


def found(**changes: Any) -> set[str]:
    """The fields that are wrong with a registration."""
    values = {"client_id": "a", "client_name": "A", "redirect_uris": ["https://a.test/cb"], "scopes": ["openid"]}
    return {each.field for each in problems(Registration(**(values | changes)), attesting=False)}


def test_registration_must_agree_with_its_profile() -> None:
    key = JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)
    rsa_only = JWK.generate(kty="RSA", size=2048).export_public(as_dict=True) | {"alg": "RS256"}
    good = {
        "metadata": FAPI2,
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [key]},
        "id_token_signed_response_alg": "ES256",
    }
    assert found(**good) == found(metadata=STRICT) == set()
    assert found(metadata=ClientMetadata(security_profile="best")) == {"security_profile"}
    assert found(metadata=STRICT, require_pkce=False) == {"require_pkce"}
    assert found(**good | {"metadata": ClientMetadata(security_profile="fapi2")}) == {"dpop_bound_access_tokens"}
    assert found(**good | {"id_token_signed_response_alg": "RS256"}) == {"id_token_signed_response_alg"}
    assert found(**good | {"jwks": {"keys": [rsa_only]}}) == {"jwks"}
    secret = {"token_endpoint_auth_method": "client_secret_basic", "jwks": None}
    assert found(**good | secret) == {"token_endpoint_auth_method"}


def test_fapi2_names_the_session_for_sign_outs_alone(fapi: FapiClient, harness: Harness, jane: Someone) -> None:
    """fapi2 test-claims-parameter-identity-claims warns of any other claim."""
    for uris in (["https://app.example.test/bye"], []):
        with harness.services.database.write() as tx:
            tx.clients.change(fapi.rp.app.client_id, {"post_logout_redirect_uris": uris})
        told = fapi.rp.claims_of((fapi.redeem(jane).json or {})["id_token"], "JWT")
        assert ("sid" in told) == bool(uris)
