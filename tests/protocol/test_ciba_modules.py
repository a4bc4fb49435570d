"""Modules of the FAPI-CIBA plans: a client of the profile with its keys and its certificate, from request to tokens."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.persistence.client_metadata import ClientMetadata
from tests.support.back_channel import refused
from tests.support.behind_proxy import HEADER, behind_proxy
from tests.support.browser import Browser
from tests.support.certificates import Authority, escaped_pem
from tests.support.ciba import GRANT, PATH, SigningTerminal, approve, open_request
from tests.support.client_assertions import assertion_fields
from tests.support.databases import SqliteDatabases
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.signed_requests import KEYS

ALG = "PS256"


class FapiTerminal(SigningTerminal):
    """Signs requests and assertions, and shows its certificate with each call."""

    def __init__(self, harness: Harness, authority: Authority, client_id: str = "till") -> None:
        members = ClientMetadata(
            security_profile="fapi1-advanced",
            tls_client_certificate_bound_access_tokens=True,
            backchannel_authentication_request_signing_alg=ALG,
        )
        super().__init__(harness, client_id, token_endpoint_auth_method="private_key_jwt", metadata=members)
        self.certificate: dict[str, str] = {HEADER: escaped_pem(authority.issue())}
        self.count = 0
        self.assertion_alg = ALG
        self.audience: str | list[str] = f"{ISSUER}/token"

    def assertion(self) -> dict[str, str]:
        """A client assertion, as form fields."""
        alg, now = self.assertion_alg, self.harness.clock.now()
        return assertion_fields(self.harness, self.app.client_id, key=KEYS[alg], alg=alg, aud=self.audience, iat=now)

    def post(
        self, path: str, form: Mapping[str, Any], *, headers: Mapping[str, str] | None = None, anonymous: bool = False
    ) -> TestResponse:
        proof = {"client_id": self.app.client_id} if anonymous else self.assertion()
        return super().post(path, {**form, **proof}, headers={**self.certificate, **(headers or {})}, anonymous=True)

    def ask(self, **changes: Any) -> TestResponse:
        """Sends a signed request."""
        self.count += 1
        return self.post(PATH, {"request": self.object(alg=ALG, **{"jti": f"r-{self.count}"} | changes)})

    def resource(self, token: str, **headers: str) -> TestResponse:
        """Calls userinfo with the certificate."""
        return self.get("/userinfo", token, **self.certificate | headers)


@pytest.fixture
def harness(sqlite_databases: SqliteDatabases, tmp_path: Path, authority: Authority) -> Iterator[Harness]:
    """Behind a proxy; what is claimed once is in `test_ciba`, on both databases."""
    with behind_proxy(sqlite_databases, tmp_path, authority) as made:
        yield made


@pytest.fixture
def till(harness: Harness, authority: Authority) -> FapiTerminal:
    return FapiTerminal(harness, authority)


@pytest.fixture
def jane(harness: Harness) -> Someone:
    return harness.person("jane", totp=True)


def signed_in(harness: Harness, browser: Browser, jane: Someone) -> None:
    open_request(browser, jane)
    browser.submit(code=jane.code(harness.clock))


@pytest.mark.module(
    "fapi-ciba-id1",
    "fapi-ciba-id1-ensure-other-scope-order-succeeds",
    "fapi-ciba-id1-ensure-authorization-request-with-binding-message-succeeds",
    "fapi-ciba-id1-ensure-requested-expiry-as-string-succeeds",
    "fapi-ciba-id1-refresh-token",
)
def test_two_clients_get_tokens_of_their_own(
    harness: Harness, authority: Authority, till: FapiTerminal, jane: Someone, browser: Browser
) -> None:
    """With a certificate each, refresh tokens, a level, an order of scopes, and a binding message of digits alone."""
    other = FapiTerminal(harness, authority, "other")
    signed_in(harness, browser, jane)
    asked: dict[str, Any] = {"scope": "offline_access email openid", "acr_values": "two-step", "requested_expiry": "30"}
    answers = {}
    for each in (till, other):
        each.start(binding_message="1234", typ="oauth-authz-req+jwt", **asked)
        refused(each.poll(after=0), "authorization_pending")
        approve(browser, jane, number="1234")
        answers[each.app.client_id] = (each.poll(after=0).json or {}) | {"till": each}
    token, refresh = answers["other"]["access_token"], answers["other"]["refresh_token"]
    assert other.claims_of(answers["other"]["id_token"], "JWT")["acr"] == "two-step"
    answer = other.resource(token)
    assert (answer.status_code, answer.headers["x-fapi-interaction-id"] != "") == (200, True)
    assert till.resource(token).status_code == 401, "another certificate"
    fresh = (other.refresh(refresh).json or {})["refresh_token"]
    refused(till.refresh(fresh), "invalid_grant")
    refused(other.poll(after=0), "invalid_grant")


@pytest.mark.module(
    "fapi-ciba-id1-ensure-wrong-auth-req-id-in-token-endpoint-request",
    "fapi-ciba-id1-ensure-mtls-holder-of-key-required",
)
def test_a_poll_needs_a_certificate_and_the_right_client(
    harness: Harness, authority: Authority, till: FapiTerminal, jane: Someone
) -> None:
    other = FapiTerminal(harness, authority, "other")
    other.auth_req_id = till.start(login_hint=jane.username).auth_req_id
    refused(other.poll(after=0), "invalid_grant")
    till.certificate = {}
    refused(till.poll(), "invalid_request")


@pytest.mark.module(
    "fapi-ciba-id1-ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds",
    "fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails",
    "fapi-ciba-id1-ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails",
    "fapi-ciba-id1-ensure-without-client-assertion-in-token-endpoint-request",
    "fapi-ciba-id1-ensure-without-client-assertion-in-backchannel-authorization-request",
)
def test_assertions_are_those_of_the_profile(till: FapiTerminal, jane: Someone) -> None:
    """RS256 is none of them; the issuer, the token endpoint and the endpoint itself are audiences."""
    till.start(login_hint=jane.username)
    for audience in (ISSUER, f"{ISSUER}/token", f"{ISSUER}{PATH}"):
        till.audience = audience
        assert till.ask().status_code == 200
    till.audience = ISSUER
    refused(till.poll(), "authorization_pending")
    till.assertion_alg = "RS256"
    for answer in (till.ask(), till.poll()):
        refused(answer, "invalid_client", 401)
    form = {"grant_type": GRANT, "auth_req_id": till.auth_req_id}
    refused(till.post("/token", form, anonymous=True), "invalid_client", 401)
    refused(till.post(PATH, {"request": till.object(alg=ALG)}, anonymous=True), "invalid_client", 401)


@pytest.mark.module(
    "fapi-ciba-id1-ensure-unsigned-backchannel-authorization-request-fails",
    "fapi-ciba-id1-ensure-authorization-request-with-multiple-hints-fails",
    "fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message",
    "fapi-ciba-id1-ensure-request-object-signature-algorithm-is-bad-fails",
)
def test_requests_of_the_profile_are_signed_and_name_one_person(till: FapiTerminal, jane: Someone) -> None:
    asked = {"scope": "openid", "login_hint": jane.username, "binding_message": "1234"}
    refused(till.post(PATH, asked), "invalid_request")
    refused(till.ask(id_token_hint="x", binding_message=None), "invalid_request")
    refused(
        till.ask(binding_message="1234 \U0001f44d \u54c1\u5ddd Lorem ipsum dolor sit amet"), "invalid_binding_message"
    )
    header, payload, signature = till.object(alg=ALG).split(".")
    refused(till.post(PATH, {"request": f"{header}.{payload}.{signature[::-1]}"}), "invalid_request")


@pytest.mark.module(
    "fapi-ciba-id1-multiple-call-to-token-endpoint",
)
def test_many_polls_are_slowed_down(till: FapiTerminal, jane: Someone) -> None:
    till.start(login_hint=jane.username)
    for _ in range(3):
        assert (till.poll(after=0).json or {})["error"] in {"authorization_pending", "slow_down"}
