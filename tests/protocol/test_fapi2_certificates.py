"""FAPI 2.0 with certificates: to authenticate, to bind tokens, or both; conformance section 1.5.

The modules are those of fapi2-security-profile-final-test-plan whose outcome depends on certificates.
"""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.persistence.client_metadata import ClientMetadata
from tests.support.back_channel import BackChannelClient, Code, refused
from tests.support.behind_proxy import HEADER
from tests.support.certificates import SUBJECT, Authority, escaped_pem
from tests.support.client_assertions import KEY, PUBLIC, assertion_fields
from tests.support.dpop import KeyHolder
from tests.support.harness import Harness

KINDS = [("private_key_jwt", "mtls"), ("tls_client_auth", "dpop"), ("tls_client_auth", "mtls")]


class FapiClient(BackChannelClient):
    """A client that sends what its registration wants with each request, unless it leaves the certificate out."""

    def __init__(self, harness: Harness, authority: Authority, method: str, bound: str, name: str = "app") -> None:
        subject = SUBJECT.replace("app", name)
        metadata = ClientMetadata(
            security_profile="fapi2",
            tls_client_auth_subject_dn=subject,
            dpop_bound_access_tokens=bound == "dpop",
            tls_client_certificate_bound_access_tokens=bound == "mtls",
        )
        super().__init__(harness, name, token_endpoint_auth_method=method, jwks=PUBLIC, metadata=metadata)
        self.bound, self.holder = bound, KeyHolder(self)
        self.certificate = {HEADER: escaped_pem(authority.issue(subject))}

    def credentials(self) -> dict[str, str]:
        if self.method != "private_key_jwt":
            return {"client_id": self.app.client_id}
        return assertion_fields(self.harness, self.app.client_id, key=KEY, alg="ES256")

    def send(self, path: str, form: dict[str, Any], *, certificate: bool = True, proof: bool = True) -> TestResponse:
        sent = self.certificate if certificate else {}
        if proof and self.bound == "dpop":
            sent = sent | {"DPoP": self.holder.proof(path)}
        return self.post(path, self.credentials() | form, headers=sent)

    def exchange(self, code: Code, **how: bool) -> TestResponse:
        form = {"grant_type": "authorization_code", "code": code.value, "redirect_uri": code.redirect_uri}
        return self.send("/token", form | {"code_verifier": code.verifier}, **how)

    def resource(self, token: str, *, proven: bool = True) -> TestResponse:
        if self.bound == "dpop":
            return self.holder.get("/userinfo", token) if proven else self.get("/userinfo", token)
        return self.get("/userinfo", token, **(self.certificate if proven else {}))


@pytest.fixture
def harness(behind: Harness) -> Harness:
    return behind


@pytest.mark.parametrize(("method", "bound"), KINDS)
def test_happy_flow_and_holder_of_key_required(harness: Harness, authority: Authority, method: str, bound: str) -> None:
    """Happy-flow, ensure-holder-of-key-required, ensure-client-id-in-token-endpoint, refresh-token.

    Without its key or certificate a client gets nothing, and a token opens nothing; those of another help nobody.
    """
    jane = harness.person("jane")
    app = FapiClient(harness, authority, method, bound)
    other = FapiClient(harness, authority, method, bound, "other")
    code = app.granted(jane)
    needed = {"certificate": bound == "mtls" or method == "tls_client_auth", "proof": bound == "dpop"}
    for missing in (name for name, wanted in needed.items() if wanted):
        answer = app.exchange(code, **{missing: False})
        assert (answer.status_code, (answer.json or {})["error"]) in {(401, "invalid_client"), (400, "invalid_request")}
    app.certificate, own = other.certificate, app.certificate
    if method == "tls_client_auth":
        refused(app.exchange(code), "invalid_client", 401)
    app.certificate = own
    refused(other.exchange(code), "invalid_grant")
    tokens = app.exchange(code).json or {}
    assert tokens["token_type"] == ("DPoP" if bound == "dpop" else "Bearer")
    assert app.resource(tokens["access_token"]).json == {"sub": jane.id}
    refused(app.resource(tokens["access_token"], proven=False), "invalid_token", 401)
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert app.send("/token", refresh).status_code == 200
    refused(other.send("/token", refresh), "invalid_grant")
    assert app.send("/token", refresh, certificate=False, proof=False).status_code in {400, 401}


@pytest.mark.parametrize(("method", "bound"), KINDS)
def test_pushed_requests_and_client_credentials(
    harness: Harness, authority: Authority, method: str, bound: str
) -> None:
    """A certificate is needed at /par by those that authenticate with it; a client's own token is bound as well."""
    app = FapiClient(harness, authority, method, bound)
    request = {"response_type": "code", "redirect_uri": app.app.redirect_uri, "scope": "openid"}
    request |= {"code_challenge": "a" * 43, "code_challenge_method": "S256"}
    assert app.send("/par", request).status_code == 201
    by_certificate = method == "tls_client_auth"
    assert app.send("/par", request, certificate=False).status_code == (401 if by_certificate else 201)
    answer = app.send("/token", {"grant_type": "client_credentials"}).json or {}
    assert app.claims_of(answer["access_token"])["cnf"].keys() == {"jkt" if bound == "dpop" else "x5t#S256"}
