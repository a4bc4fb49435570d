"""FAPI 1.0 Part 2: Advanced, from the request to the resource; conformance section 1.6.

The plan is fapi1-advanced-final-test-plan; most of its modules are one rule here.
"""

import uuid
from typing import Any

import pytest

from idp.admin.client_rules import Registration, problems
from idp.kernel.clock import HOUR
from idp.persistence.client_metadata import ClientMetadata
from idp.protocol.api.interaction_ids import HEADER as INTERACTION
from tests.support.back_channel import refused
from tests.support.behind_proxy import HEADER
from tests.support.browser import Browser
from tests.support.certificates import Authority, escaped_pem
from tests.support.fapi1 import BOTH, HYBRID, MEMBERS, PKCE, AdvancedClient
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.jws import unsigned
from tests.support.relying_party import half
from tests.support.signed_requests import STRANGER


@pytest.fixture
def proxy_settings() -> dict[str, str]:
    """With the hybrid flow."""
    return {"response_types": BOTH}


@pytest.fixture
def harness(behind: Harness) -> Harness:
    return behind


@pytest.mark.module("fapi1-advanced-final", "fapi1-advanced-final-refresh-token")
def test_fapi1_advanced_final(bank: AdvancedClient, browser: Browser, jane: Someone) -> None:
    """By value: the ID token is a signature of the response, the access token is bound, interactions have a name."""
    wish = {"id_token": {"email": {"essential": True}}}
    bank.send(browser, alg="PS256", scope="openid email offline_access", claims=wish)
    answer = bank.go_through(browser, jane)
    signature = bank.id_claims({"id_token": answer["id_token"]})
    assert (signature["c_hash"], signature["s_hash"]) == (half(answer["code"]), half(bank.sent["state"]))
    assert "email" not in signature, "the browser learns nothing about the person"
    tokens = bank.token_request(answer).json or {}
    assert bank.id_claims(tokens)["email"] == "jane@example.test"
    assert bank.verified(tokens["id_token"])[0]["alg"] == "PS256"
    told = bank.resource(tokens["access_token"])
    assert uuid.UUID(told.headers[INTERACTION]).version == 4
    name = str(uuid.uuid4())
    assert bank.resource(tokens["access_token"], **{INTERACTION: name}).headers[INTERACTION] == name
    assert bank.resource(tokens["access_token"], **{INTERACTION: "x\ty"}).headers[INTERACTION] != "x\ty"
    refused(bank.get("/userinfo", tokens["access_token"]), "invalid_token", 401)
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "bank"}
    refused(bank.post("/token", refresh), "invalid_client", 401)
    assert bank.post("/token", refresh, headers=bank.certificate).status_code == 200


@pytest.mark.module(
    "fapi1-advanced-final-ensure-response-type-code-fails", "fapi1-advanced-final-ensure-response-mode-query"
)
def test_jarm(bank: AdvancedClient, browser: Browser, jane: Someone) -> None:
    """A code alone is sent in a signed response, and only so."""
    bank.send(browser, response_type="code", response_mode="jwt")
    assert (bank.token_request(bank.go_through(browser, jane)).json or {})["token_type"] == "Bearer"
    for mode in (None, "query", "fragment", "form_post"):
        bank.send(browser, response_type="code", response_mode=mode)
        assert bank.error(browser) == "invalid_request", mode


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "fapi1-advanced-final-ensure-request-object-without-exp-fails": ({"exp": None}, ""),
    "fapi1-advanced-final-ensure-request-object-without-nbf-fails": ({"nbf": None}, ""),
    "fapi1-advanced-final-ensure-request-object-without-scope-fails": ({"scope": None}, ""),
    "fapi1-advanced-final-ensure-request-object-without-nonce-fails": ({"nonce": None}, "invalid_request"),
    "fapi1-advanced-final-ensure-expired-request-object-fails": ({"exp": -300}, ""),
    "fapi1-advanced-final-ensure-request-object-with-exp-over-60-fails": ({"exp": HOUR + 1}, ""),
    "fapi1-advanced-final-ensure-request-object-with-nbf-over-60-fails": ({"nbf": -HOUR - 60}, ""),
    "fapi1-advanced-final-ensure-request-object-with-bad-aud-fails": ({"aud": "https://evil.test"}, ""),
    "fapi1-advanced-final-par-pushed-authorization-url-as-audience-in-request-object": ({"aud": f"{ISSUER}/par"}, ""),
    "fapi1-advanced-final-par-authorization-request-containing-request_uri": ({"request_uri": "urn:a"}, ""),
    "fapi1-advanced-final-ensure-signed-request-object-with-RS256-fails": ({"alg": "RS256"}, ""),
    "fapi1-advanced-final-ensure-request-object-with-invalid-signature-fails": ({"key": STRANGER}, ""),
    "fapi1-advanced-final-ensure-matching-key-in-authorization-request": ({"key": STRANGER}, ""),
}
"""What is wrong with the object (times from now), and the error unless it is invalid_request_object."""


@pytest.mark.module(*FAULTS, "fapi1-advanced-final-ensure-request-object-signature-algorithm-is-not-none")
def test_faulty_request_objects(bank: AdvancedClient, browser: Browser) -> None:
    """What is beside the object does not mend it; sent by value or pushed."""
    now = bank.harness.clock.now()
    for module, (wrong, error) in FAULTS.items():
        bent: dict[str, Any] = {name: now + value if isinstance(value, int) else value for name, value in wrong.items()}
        bank.send_object(browser, bank.signed(**bent), nonce="outside", scope="openid")
        assert bank.error(browser) == (error or "invalid_request_object"), module
        pushed = bank.push(**PKCE | bent)
        refused(pushed, error or "invalid_request_object")
    bank.send_object(browser, unsigned({"alg": "none"}, bank.claims()))
    assert bank.error(browser) == "invalid_request_object"


@pytest.mark.module("fapi1-advanced-final-ensure-authorization-request-without-request-object-fails")
def test_requests_must_be_signed(bank: AdvancedClient, browser: Browser) -> None:
    """fapi1-advanced-final-ensure-authorization-request-without-request-object-fails, also where they are pushed."""
    browser.get(bank.address(), site="cross-site")
    assert bank.error(browser) == "invalid_request"
    refused(bank.post("/par", bank.request(), headers=bank.certificate), "invalid_request")


@pytest.mark.module("fapi1-advanced-final-state-only-outside-request-object-not-used")
def test_state_outside_is_not_used(bank: AdvancedClient, browser: Browser, jane: Someone) -> None:
    """fapi1-advanced-final-state-only-outside-request-object-not-used."""
    token = bank.signed(state=None)
    bank.send_object(browser, token, state="outside")
    assert "s_hash" not in bank.id_claims({"id_token": bank.go_through(browser, jane)["id_token"]})


def test_plain_oauth_needs_a_state(bank: AdvancedClient, browser: Browser) -> None:
    """FAPI 1.0 Part 1 section 5.2.2.3."""
    bank.send(browser, response_type="code", response_mode="jwt", scope="email", state=None)
    assert bank.error(browser) == "invalid_request"


@pytest.mark.module("fapi1-advanced-final-par-ensure-pkce-required", "fapi1-advanced-final-par-plain-pkce-rejected")
def test_pushed_requests_use_pkce(bank: AdvancedClient) -> None:
    """fapi1-advanced-final-par-ensure-pkce-required."""
    refused(bank.push(), "invalid_request")
    assert bank.push(**PKCE).status_code == 201
    refused(bank.push(**PKCE | {"code_challenge_method": "plain"}), "invalid_request")


@pytest.mark.module(
    "fapi1-advanced-final-ensure-mtls-holder-of-key-required", "fapi1-advanced-final-ensure-client-id-in-token-endpoint"
)
def test_mtls_holder_of_key_required(
    bank: AdvancedClient, authority: Authority, browser: Browser, jane: Someone
) -> None:
    """fapi1-advanced-final-ensure-mtls-holder-of-key-required; nor does the certificate of somebody else help."""
    bank.send(browser)
    answer = bank.go_through(browser, jane)
    other = {HEADER: escaped_pem(authority.issue("CN=other,O=Example"))}
    for certificate in ({}, other):
        refused(bank.token_request(answer, certificate), "invalid_client", 401)
    assert bank.token_request(answer).status_code == 200


def registered(**changes: Any) -> set[str]:
    """The fields of a registration that contradict the profile."""
    good = ClientMetadata(**MEMBERS)
    values: dict[str, Any] = {
        "client_id": "bank",
        "client_name": "Bank",
        "redirect_uris": ("https://app.example.test/cb",),
        "scopes": ("openid",),
        "token_endpoint_auth_method": "tls_client_auth",
        "id_token_signed_response_alg": "PS256",
        "grant_types": ("authorization_code", "implicit"),
        "response_types": (HYBRID,),
        "metadata": good,
    }
    return {found.field for found in problems(Registration(**values | changes), attesting=False)}


def test_registration_must_agree_with_the_profile() -> None:
    """FAPI 1.0 Part 2 sections 5.2.2 and 8.6, Part 1 section 5.2.2 (20)."""
    assert registered() == set()
    assert "token_endpoint_auth_method" in registered(token_endpoint_auth_method="none")
    assert "response_types" in registered(response_types=("id_token",), grant_types=("implicit",))
    assert "redirect_uris" in registered(redirect_uris=("http://localhost:1/cb",))
    assert "id_token_signed_response_alg" in registered(id_token_signed_response_alg="EdDSA")
    assert "dpop_bound_access_tokens" in registered(metadata=ClientMetadata(security_profile="fapi1-advanced"))
