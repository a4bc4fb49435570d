"""Modules of the FAPI 1.0 Advanced plans that are one walk each, by their names; the others: `test_fapi1_advanced`."""

from typing import Any

import pytest

from idp.kernel.clock import MINUTE
from tests.support.back_channel import VERIFIER, refused
from tests.support.behind_proxy import MTLS
from tests.support.browser import Browser
from tests.support.certificates import Authority
from tests.support.fapi1 import BOTH, HYBRID, PKCE, AdvancedClient, code_of
from tests.support.harness import ISSUER, REDIRECT_URI, Harness, Someone
from tests.support.pushed_requests import open_request_uri
from tests.support.relying_party import is_page

OTHER_URI = f"{REDIRECT_URI}?dummy1=lorem&dummy2=ipsum"
KEYED = {"token_endpoint_auth_method": "private_key_jwt"}


@pytest.fixture
def proxy_settings() -> dict[str, str]:
    """With the hybrid flow."""
    return {"response_types": BOTH}


@pytest.fixture
def harness(behind: Harness) -> Harness:
    return behind


@pytest.fixture
def keyed(harness: Harness, authority: Authority) -> AdvancedClient:
    """A client that signs assertions; its tokens are bound to its certificate all the same."""
    return AdvancedClient(harness, authority, "keyed", **KEYED)


REQUESTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "fapi1-advanced-final-ensure-other-scope-order-succeeds": ({"scope": "email openid"}, {}),
    "fapi1-advanced-final-ensure-authorization-request-without-state-success": ({"state": None}, {}),
    "fapi1-advanced-final-ensure-request-object-with-64-char-nonce-success": ({"nonce": "n" * 64}, {}),
    "fapi1-advanced-final-ensure-request-object-with-long-nonce": ({"nonce": "n" * 1000}, {}),
    "fapi1-advanced-final-ensure-request-object-with-long-state": ({"state": "s" * 1000}, {}),
    "fapi1-advanced-final-ensure-request-object-with-multiple-aud-succeeds": ({"aud": [ISSUER, "https://a.test"]}, {}),
    "fapi1-advanced-final-ensure-different-nonce-inside-and-outside-request-object": ({}, {"nonce": "outside"}),
    "fapi1-advanced-final-ensure-valid-pkce-succeeds": (PKCE, {}),
}
"""What the object has, and what stands beside it."""


@pytest.mark.module(*REQUESTS, "fapi1-advanced-final-access-token-type-header-case-sensitivity")
def test_requests_that_end_in_tokens(bank: AdvancedClient, browser: Browser, jane: Someone) -> None:
    """State, issuer and nonce are those of the object: `answer` and `id_claims` compare them."""
    for module, (inside, beside) in REQUESTS.items():
        token = bank.signed(**inside)
        bank.sent |= {name: str(value) for name, value in inside.items() if name in {"nonce", "state"} and value}
        bank.send_object(browser, token, **beside)
        answer = code_of(bank, browser, jane)
        assert bank.id_claims({"id_token": answer["id_token"]})["sub"] == jane.id, module
        verifier: dict[str, Any] = {"code_verifier": VERIFIER} if "code_challenge" in inside else {}
        tokens = bank.token_request(answer, **verifier).json or {}
        assert (
            bank.resource(tokens["access_token"], Authorization=f"bearer {tokens['access_token']}").status_code == 200
        )


@pytest.mark.module(
    "fapi1-advanced-final-attempt-reuse-authorisation-code-after-one-second",
    "fapi1-advanced-final-ensure-authorization-code-is-bound-to-client",
    "fapi1-advanced-final-ensure-pkce-code-verifier-required",
    "fapi1-advanced-final-incorrect-pkce-code-verifier-rejected",
    "fapi1-advanced-final-par-without-duplicate-parameters",
    "fapi1-advanced-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds",
    "fapi1-advanced-final-par-attempt-reuse-request_uri",
)
def test_a_code_is_for_one_client_with_its_verifier_once(
    harness: Harness,
    authority: Authority,
    bank: AdvancedClient,
    browser: Browser,
    jane: Someone,
) -> None:
    """Pushed: the page may be opened twice, and is answered once."""
    other = AdvancedClient(harness, authority, "other")
    request_uri = (bank.push(**PKCE).json or {})["request_uri"]
    open_request_uri(browser, "bank", request_uri)
    answer = code_of(bank, browser, jane, request_uri)
    refused(bank.token_request(answer), "invalid_grant")
    refused(bank.token_request(answer, code_verifier="x" * 43), "invalid_grant")
    other.sent = bank.sent
    refused(other.token_request(answer, code_verifier=VERIFIER), "invalid_grant")
    token = (bank.token_request(answer, code_verifier=VERIFIER).json or {})["access_token"]
    harness.clock.advance(1)
    refused(bank.token_request(answer, code_verifier=VERIFIER), "invalid_grant")
    refused(bank.resource(token), "invalid_token", 401)
    open_request_uri(browser, "bank", request_uri)
    assert bank.error(browser) == "invalid_request_uri"


@pytest.mark.module(
    "fapi1-advanced-final-par-attempt-to-use-expired-request_uri",
    "fapi1-advanced-final-par-attempt-to-use-request_uri-for-different-client",
    "fapi1-advanced-final-par-attempt-invalid-redirect_uri",
    "fapi1-advanced-final-par-authorization-request-containing-request_uri-form-param",
    "fapi1-advanced-final-par-attempt-invalid-http-method",
    "fapi1-advanced-final-ensure-registered-redirect-uri",
    "fapi1-advanced-final-ensure-request-object-without-redirect-uri-fails",
    "fapi1-advanced-final-ensure-redirect-uri-in-authorization-request",
)
def test_references_and_addresses_that_cannot_be_used(
    harness: Harness,
    authority: Authority,
    bank: AdvancedClient,
    browser: Browser,
) -> None:
    AdvancedClient(harness, authority, "other")
    for wrong in (f"{REDIRECT_URI}/more", None):
        refused(bank.push(**PKCE, redirect_uri=wrong), "invalid_request")
        bank.send_object(browser, bank.signed(redirect_uri=wrong), redirect_uri=REDIRECT_URI)
        assert is_page(browser)
    form = bank.credentials() | {"request": bank.signed(**PKCE), "request_uri": "urn:a"}
    refused(bank.post("/par", form, headers=bank.certificate), "invalid_request")
    assert bank.http.put("/par", data=form, headers=bank.certificate).status_code == 405
    request_uri = (bank.push(**PKCE).json or {})["request_uri"]
    open_request_uri(browser, "other", request_uri)
    assert is_page(browser)
    harness.clock.advance(MINUTE)
    open_request_uri(browser, "bank", request_uri)
    assert bank.error(browser) == "invalid_request_uri"


BENT: dict[str, tuple[dict[str, Any], bool]] = {
    "fapi1-advanced-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails": ({"exp": 1}, False),
    "fapi1-advanced-final-ensure-client-assertion-with-no-sub-fails": ({"sub": None}, False),
    "fapi1-advanced-final-ensure-client-assertion-with-wrong-sub-fails": ({"sub": "other"}, False),
    "fapi1-advanced-final-ensure-client-assertion-with-wrong-iss-fails": ({"iss": "other"}, False),
    "fapi1-advanced-final-ensure-client-assertion-with-wrong-aud-fails": ({"aud": "https://a.test"}, False),
    "fapi1-advanced-final-ensure-client-assertion-with-iss-aud-succeeds": ({"aud": ISSUER}, True),
    "fapi1-advanced-final-test-array-as-audience-for-client-JWT-assertion": ({"aud": [ISSUER, f"{MTLS}/token"]}, True),
}
"""Claims of an assertion, and whether it is accepted."""


@pytest.mark.module(
    *BENT,
    "fapi1-advanced-final-ensure-client-assertion-in-token-endpoint",
    "fapi1-advanced-final-ensure-signed-client-assertion-with-RS256-fails",
)
def test_assertions(keyed: AdvancedClient) -> None:
    """Where requests are pushed, and at the token endpoint."""
    for module, (keyed.bent, accepted) in BENT.items():
        form = keyed.credentials() | {"grant_type": "client_credentials"}
        answers = keyed.push(**PKCE), keyed.post("/token", form, headers=keyed.certificate)
        assert [answer.status_code for answer in answers] == ([201, 200] if accepted else [401, 401]), module
    keyed.alg = "RS256"
    refused(keyed.push(**PKCE), "invalid_client", 401)
    form = {"grant_type": "client_credentials", "client_id": "keyed"}
    refused(keyed.post("/token", form, headers=keyed.certificate), "invalid_client", 401)


PUSHED: dict[str, tuple[dict[str, Any], bool]] = {
    "fapi1-advanced-final-par-test-pushed-authorization-url-as-audience-for-client-JWT-assertion": (
        {"aud": f"{ISSUER}/par"},
        True,
    ),
    "fapi1-advanced-final-par-token-endpoint-url-as-audience-for-client-JWT-assertion": (
        {"aud": f"{ISSUER}/token"},
        True,
    ),
    "fapi1-advanced-final-par-ensure-client-assertion-with-wrong-aud-fails": ({"aud": "https://a.test"}, False),
    "fapi1-advanced-final-par-ensure-client-assertion-with-wrong-iss-fails": ({"iss": "other"}, False),
    "fapi1-advanced-final-par-ensure-client-assertion-with-wrong-sub-fails": ({"sub": "other"}, False),
}


@pytest.mark.module(*PUSHED)
def test_assertions_beside_pushed_requests(keyed: AdvancedClient) -> None:
    """RFC 9126 section 2: the address of the endpoint is an audience as well."""
    for module, (keyed.bent, accepted) in PUSHED.items():
        assert keyed.push(**PKCE).status_code == (201 if accepted else 401), module


@pytest.mark.module("fapi1-advanced-final-user-rejects-authentication")
def test_a_person_who_cancels_goes_back_with_an_error(bank: AdvancedClient, browser: Browser) -> None:
    bank.send(browser)
    browser.submit(choice="cancel")
    assert bank.error(browser) == "access_denied"


@pytest.mark.module("fapi1-advanced-final-discovery-end-point-verification")
@pytest.mark.usefixtures("bank")
def test_discovery(browser: Browser) -> None:
    listed = browser.get("/.well-known/openid-configuration").json or {}
    assert listed["tls_client_certificate_bound_access_tokens"] is True
    assert listed["mtls_endpoint_aliases"]["token_endpoint"] == f"{MTLS}/token"
    assert listed["require_pushed_authorization_requests"] is False
    assert listed["request_parameter_supported"] is True
    expected = {
        "response_types_supported": {"code", HYBRID},
        "token_endpoint_auth_methods_supported": {"private_key_jwt", "tls_client_auth"},
        "request_object_signing_alg_values_supported": {"PS256", "ES256"},
        "id_token_signing_alg_values_supported": {"PS256", "ES256"},
        "code_challenge_methods_supported": {"S256"},
    }
    assert [name for name, values in expected.items() if not values <= set(listed[name])] == []
