"""Modules of the FAPI 2.0 plans that are one walk each, by their names; the others have tests of their own.

A client with private_key_jwt, DPoP and pushed requests; its redirect URI has a query of its own.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.claims.standard import SCOPES
from idp.persistence.client_metadata import ClientMetadata
from tests.conformance.people import PROFILE
from tests.support.back_channel import Code, refused
from tests.support.browser import Browser
from tests.support.client_assertions import KEY, PUBLIC, assertion_fields
from tests.support.dpop import KeyHolder
from tests.support.harness import ISSUER, REDIRECT_URI, Harness, Someone
from tests.support.pushed_requests import PushingParty
from tests.support.relying_party import is_page

FAPI2 = ClientMetadata(security_profile="fapi2", dpop_bound_access_tokens=True)
OWN_QUERY = f"{REDIRECT_URI}?dummy1=lorem&dummy2=ipsum"
DISCOVERY = "/.well-known/openid-configuration"


class FapiParty(PushingParty):
    """Signs an assertion for each request, and a proof for each token; `bent` are claims of the assertions."""

    def __init__(self, harness: Harness, client_id: str = "web", **traits: Any) -> None:
        values: dict[str, Any] = {
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": PUBLIC,
            "id_token_signed_response_alg": "ES256",
            "redirect_uris": [OWN_QUERY, REDIRECT_URI],
            "metadata": FAPI2,
        }
        super().__init__(harness, client_id, **(values | traits))
        self.holder = KeyHolder(self)
        self.bent: dict[str, Any] = {}

    def assertion(self) -> dict[str, str]:
        claims = {"iat": self.harness.clock.now()} | self.bent
        return assertion_fields(self.harness, self.app.client_id, key=KEY, alg="ES256", **claims)

    def post(
        self, path: str, form: Mapping[str, Any], *, headers: Mapping[str, str] | None = None, anonymous: bool = False
    ) -> TestResponse:
        sent = dict(headers or {}) | ({"DPoP": self.holder.proof()} if path == "/token" else {})
        known = {} if anonymous else self.assertion()
        return super().post(path, dict(form) | known, headers=sent)

    def code_for(self, browser: Browser, someone: Someone, *, beside: Mapping[str, str], **changes: Any) -> Code:
        """Pushes a request, opens it with what is beside the reference, and takes the code."""
        self.open(browser, self.push(**changes), **beside)
        answer = self.go_through(browser, someone) if "/identify" in browser.at else self.answer(browser)
        return Code(answer["code"], self.sent["redirect_uri"], self.verifier)


@pytest.fixture
def app(harness: Harness) -> FapiParty:
    return FapiParty(harness)


@pytest.fixture
def conny(harness: Harness) -> Someone:
    return harness.person("conny", profile=PROFILE, phone_number="+33123456789", email_verified=True)


ASKED = {"id_token": dict.fromkeys(claim for claims in SCOPES.values() for claim in claims)}
REQUESTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "fapi2-security-profile-final-happy-flow": ({}, {}),
    "fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success": ({"nonce": "n" * 64}, {}),
    "fapi2-security-profile-final-ensure-authorization-request-with-long-nonce": ({"nonce": "n" * 1000}, {}),
    "fapi2-security-profile-final-ensure-authorization-request-with-long-state": ({"state": "s" * 1000}, {}),
    "fapi2-security-profile-final-ensure-authorization-request-without-nonce-success": ({"nonce": None}, {}),
    "fapi2-security-profile-final-ensure-authorization-request-without-state-success": ({"state": None}, {}),
    "fapi2-security-profile-final-ensure-other-scope-order-succeeds": ({"scope": "email openid"}, {}),
    "fapi2-security-profile-final-test-claims-parameter-identity-claims": ({"claims": json.dumps(ASKED)}, {}),
    "fapi2-security-profile-final-ensure-different-state-inside-and-outside-request-object": ({}, {"state": "outside"}),
    "fapi2-security-profile-final-ensure-different-nonce-inside-and-outside-request-object": ({}, {"nonce": "outside"}),
    "fapi2-security-profile-final-state-only-outside-request-object-not-used": ({"state": None}, {"state": "outside"}),
    "fapi2-security-profile-final-par-without-duplicate-parameters": ({}, {}),
}
"""What is pushed, and what stands beside the reference."""


@pytest.mark.module(*REQUESTS, "fapi2-security-profile-final-access-token-type-header-case-sensitivity")
def test_requests_that_end_in_tokens(app: FapiParty, browser: Browser, conny: Someone) -> None:
    """State, issuer and nonce are those that were pushed: `answer` and `id_claims` compare them."""
    for module, (pushed, beside) in REQUESTS.items():
        code = app.code_for(browser, conny, beside=beside, **pushed)
        tokens = app.redeemed(code)
        header, _ = app.verified(tokens["id_token"])
        assert (header["alg"], tokens["token_type"], len(code.value) >= 43) == ("ES256", "DPoP", True), module
        claims = app.id_claims(tokens)
        if "claims" in pushed:
            assert ASKED["id_token"].keys() <= claims.keys()
        token = tokens["access_token"]
        for scheme in ("DPoP", "dpop", "DPOP"):
            assert app.holder.get("/userinfo", token, scheme=scheme).status_code == 200, module
        assert app.holder.get(f"/userinfo?access_token={token}", token).status_code == 400, module


@pytest.mark.module("fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second")
def test_a_code_is_used_once(app: FapiParty, browser: Browser, conny: Someone) -> None:
    code = app.code_for(browser, conny, beside={})
    token = app.redeemed(code)["access_token"]
    app.harness.clock.advance(1)
    refused(app.redeem(code), "invalid_grant")
    assert app.holder.get("/userinfo", token).status_code == 401


BENT: dict[str, tuple[dict[str, Any], bool]] = {
    "fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails": ({"exp": -300}, False),
    "fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails": ({"sub": None}, False),
    "fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails": ({"aud": "https://a.test"}, False),
    "fapi2-security-profile-final-par-test-array-as-audience-fails": ({"aud": [ISSUER]}, False),
    "fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails": ({"aud": f"{ISSUER}/par"}, False),
    "fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails": ({"aud": f"{ISSUER}/token"}, False),
    "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted": (
        {"nbf": 8},
        True,
    ),
    "fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails": (
        {"nbf": 61},
        False,
    ),
}
"""Claims of an assertion, times from now, and whether it is accepted."""


@pytest.mark.module(*BENT, "fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint")
def test_assertions(app: FapiParty) -> None:
    form = {"grant_type": "client_credentials"}
    for module, (claims, accepted) in BENT.items():
        now = app.harness.clock.now()
        app.bent = {name: now + value if isinstance(value, int) else value for name, value in claims.items()}
        for answer in (app.pushed(), app.post("/token", form)):
            if accepted:
                assert answer.status_code in {200, 201}, module
            else:
                refused(answer, "invalid_client", 401)
    app.bent = {}
    for path, sent in (("/par", app.request()), ("/token", form | {"client_id": "web"})):
        refused(app.post(path, sent, anonymous=True), "invalid_client", 401)


@pytest.mark.module("fapi2-security-profile-final-ensure-client-id-in-token-endpoint")
def test_the_token_request_names_no_other_client(app: FapiParty, harness: Harness) -> None:
    FapiParty(harness, "other")
    refused(app.post("/token", {"grant_type": "client_credentials", "client_id": "other"}), "invalid_request")


@pytest.mark.module("fapi2-security-profile-final-user-rejects-authentication")
def test_a_person_who_cancels_goes_back_with_an_error(harness: Harness, browser: Browser, conny: Someone) -> None:
    """On the page for the password, and on that of consent; the query of the redirect URI stays."""
    app = FapiParty(harness, first_party=False)
    for asked in (False, True):
        app.open(browser, app.push())
        if asked:
            browser.submit(username=conny.username, password=conny.password)
            assert "/consent/" in browser.at
        browser.submit(choice="cancel")
        assert app.error(browser) == "access_denied"


@pytest.mark.module("fapi2-security-profile-final-discovery-end-point-verification")
def test_discovery(browser: Browser) -> None:
    listed = browser.get(DISCOVERY).json or {}
    assert listed["pushed_authorization_request_endpoint"] == f"{ISSUER}/par"
    assert listed["authorization_response_iss_parameter_supported"] is True
    assert isinstance(listed["require_pushed_authorization_requests"], bool)
    expected = {
        "response_types_supported": {"code"},
        "response_modes_supported": {"jwt"},
        "code_challenge_methods_supported": {"S256"},
        "token_endpoint_auth_methods_supported": {"private_key_jwt"},
        "token_endpoint_auth_signing_alg_values_supported": {"PS256", "ES256", "EdDSA"},
        "dpop_signing_alg_values_supported": {"PS256", "ES256", "EdDSA"},
        "request_object_signing_alg_values_supported": {"PS256", "ES256", "EdDSA"},
        "authorization_signing_alg_values_supported": {"PS256", "ES256"},
        "claims_supported": set(ASKED["id_token"]),
    }
    assert [name for name, values in expected.items() if not values <= set(listed[name])] == []


@pytest.mark.module("fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri")
def test_an_address_that_is_not_registered_is_refused_at_once(app: FapiParty, browser: Browser) -> None:
    refused(app.pushed(redirect_uri=f"{REDIRECT_URI}/other"), "invalid_request")
    app.send(browser, redirect_uri=f"{REDIRECT_URI}/other")
    assert is_page(browser)
