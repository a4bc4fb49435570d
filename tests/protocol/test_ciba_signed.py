"""Signed authentication requests: OpenID CIBA Core 1.0 section 7.1.1, FAPI-CIBA section 5.2.2."""

from typing import Any

import pytest

from idp.kernel.clock import MINUTE
from idp.persistence.client_metadata import ClientMetadata
from tests.support.back_channel import refused
from tests.support.ciba import CLIENT, SigningTerminal
from tests.support.client_assertions import Signer
from tests.support.harness import ISSUER, Harness
from tests.support.jws import hmac_signed, unsigned
from tests.support.signed_requests import STRANGER


@pytest.fixture
def till(local: Harness) -> SigningTerminal:
    local.person("jane")
    return SigningTerminal(local)


def send(till: SigningTerminal, token: str, **beside: str) -> Any:  # noqa: ANN401 - a response
    return till.post("/bc-authorize", {"request": token} | beside)


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "oauth-authz-req+jwt"},
        {"aud": ["https://other.example", ISSUER]},
        {"requested_expiry": 30},
        {"requested_expiry": "30"},
    ],
)
def test_signed_requests(till: SigningTerminal, changes: dict[str, Any]) -> None:
    answer = send(till, till.object(**changes))
    assert answer.status_code == 200, answer.text
    assert (answer.json or {})["expires_in"] == (30 if "requested_expiry" in changes else 300)


@pytest.mark.module(
    "fapi-ciba-id1-ensure-request-object-missing-aud-fails",
    "fapi-ciba-id1-ensure-request-object-missing-iss-fails",
    "fapi-ciba-id1-ensure-request-object-missing-exp-fails",
    "fapi-ciba-id1-ensure-request-object-missing-iat-fails",
    "fapi-ciba-id1-ensure-request-object-missing-nbf-fails",
    "fapi-ciba-id1-ensure-request-object-missing-jti-fails",
    "fapi-ciba-id1-ensure-request-object-bad-aud-fails",
    "fapi-ciba-id1-ensure-request-object-bad-iss-fails",
    "fapi-ciba-id1-ensure-request-object-signature-algorithm-is-RS256-fails",
    "fapi-ciba-id1-ensure-request-object-signed-by-other-client-fails",
)
@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("iss", "aud", "exp", "iat", "nbf", "jti")),
        {"iss": "other"},
        {"aud": "https://other.example"},
        {"jti": 7},
        {"alg": "RS256"},
        {"key": STRANGER},
        {"typ": "client-authentication+jwt"},
        {"login_hint": ["jane"]},
    ],
)
def test_signed_requests_that_prove_nothing(till: SigningTerminal, changes: dict[str, Any]) -> None:
    """Section 13 has no other error for them; the audit trail has the reason."""
    refused(send(till, till.object(**changes)), "invalid_request")


@pytest.mark.module(
    "fapi-ciba-id1-ensure-request-object-expired-exp-fails",
    "fapi-ciba-id1-ensure-request-object-exp-is-70-minutes-in-future-fails",
    "fapi-ciba-id1-ensure-request-object-nbf-is-10-minutes-in-future-fails",
    "fapi-ciba-id1-ensure-request-object-nbf-is-70-minutes-in-past-fails",
)
@pytest.mark.parametrize(
    ("nbf", "exp"),
    [
        pytest.param(0, -1, id="expired"),
        pytest.param(0, 70, id="lives too long"),
        pytest.param(-70, 5, id="too old"),
        pytest.param(10, 20, id="of the future"),
    ],
)
def test_times_of_signed_requests(till: SigningTerminal, nbf: int, exp: int) -> None:
    now = till.harness.clock.now()
    refused(send(till, till.object(nbf=now + nbf * MINUTE, exp=now + exp * MINUTE)), "invalid_request")


@pytest.mark.module(
    "fapi-ciba-id1-ensure-request-object-signature-algorithm-is-none-fails",
)
def test_forged_requests(till: SigningTerminal) -> None:
    refused(send(till, unsigned({"alg": "none"}, till.claims())), "invalid_request")
    refused(send(till, hmac_signed(b"secret", {"alg": "HS256"}, till.claims())), "invalid_request")


def test_a_signed_request_works_once(till: SigningTerminal) -> None:
    token = till.object()
    assert send(till, token).status_code == 200
    refused(send(till, token), "invalid_request")
    assert send(till, till.object(jti="another")).status_code == 200


def test_nothing_counts_beside_a_signed_request(till: SigningTerminal) -> None:
    """Section 7.1.1; and who registered an algorithm, or is of a FAPI profile, always signs."""
    refused(send(till, till.object(), scope="openid"), "invalid_request")
    refused(till.ask(), "invalid_request")
    plain = SigningTerminal(till.harness, "plain", metadata=ClientMetadata())
    assert plain.ask().status_code == 200
    assert send(plain, plain.object(alg="PS256")).status_code == 200
    fapi = Signer(till.harness, "fapi", **CLIENT, metadata=ClientMetadata(security_profile="fapi2"))
    refused(fapi.post(fapi.assertion(), "/bc-authorize", scope="openid", login_hint="jane"), "invalid_request")
