"""private_key_jwt: RFC 7523 sections 2.2 and 3, OpenID Connect Core section 9, RFC 10070 for the audience."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import tables
from tests.support.back_channel import BackChannelClient, refused
from tests.support.client_assertions import KEY, STRANGER, Signer
from tests.support.harness import ISSUER, Harness
from tests.support.jws import hmac_signed, unsigned


@pytest.fixture
def signer(harness: Harness) -> Signer:
    return Signer(harness)


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
def test_an_assertion_is_accepted_everywhere(signer: Signer, path: str) -> None:
    assert signer.post(signer.assertion(), path).status_code == 200


@pytest.mark.module("oidcc-ensure-client-assertion-with-iss-aud-succeeds")
@pytest.mark.parametrize("aud", [ISSUER, f"{ISSUER}/token", [ISSUER], [ISSUER, f"{ISSUER}/token"]])
def test_the_audience_may_be_issuer_or_endpoint(signer: Signer, aud: object) -> None:
    """Conformance 2.6: either, for ordinary clients."""
    assert signer.post(signer.assertion(aud=aud)).status_code == 200


@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "client-authentication+jwt"])
def test_known_types(signer: Signer, typ: str | None) -> None:
    assert signer.post(signer.assertion(header={"typ": typ})).status_code == 200


def test_each_assertion_works_once(harness: Harness, signer: Signer) -> None:
    """RFC 7523 section 3 item 7."""
    assertion = signer.assertion()
    assert signer.post(assertion).status_code == 200
    refused(signer.post(assertion), "invalid_client", 401)
    assert tables.events(harness, "client.authentication_failed") == 1


def test_a_jti_belongs_to_its_client(harness: Harness, signer: Signer) -> None:
    """One client's ids must not block another's."""
    other = Signer(harness, "other")
    assert signer.post(signer.assertion(jti="same")).status_code == 200
    assert other.post(other.assertion(jti="same")).status_code == 200


def test_a_refused_assertion_does_not_burn_its_jti(signer: Signer) -> None:
    refused(signer.post(signer.assertion(key=STRANGER, jti="mine")), "invalid_client", 401)
    assert signer.post(signer.assertion(jti="mine")).status_code == 200


WRONG_CLAIMS: list[dict[str, Any]] = [
    {"iss": "other"},
    {"sub": "other"},
    {"sub": None},
    {"iss": None},
    {"iss": 7},
    {"iss": ""},
    {"iss": ["signer"]},
    {"aud": None},
    {"aud": []},
    {"aud": "https://evil.test"},
    {"aud": [ISSUER, "https://evil.test"]},
    {"aud": f"{ISSUER}/"},
    {"aud": {"a": 1}},
    {"aud": [[ISSUER]]},
    {"jti": None},
    {"jti": ""},
    {"jti": 7},
    {"jti": "x" * 256},
    {"exp": None},
    {"exp": "soon"},
    {"exp": True},
    {"exp": 1},
    {"exp": 1e300},
    {"iat": 1e12},
    {"nbf": 1e12},
]


@pytest.mark.parametrize("wrong", WRONG_CLAIMS, ids=repr)
def test_wrong_claims_are_refused(signer: Signer, wrong: dict[str, Any]) -> None:
    refused(signer.post(signer.assertion(**wrong)), "invalid_client", 401)


def test_an_assertion_lives_five_minutes_at_most(harness: Harness, signer: Signer) -> None:
    refused(signer.post(signer.assertion(exp=harness.clock.now() + 331)), "invalid_client", 401)
    assert signer.post(signer.assertion(exp=harness.clock.now() + 330)).status_code == 200


def test_an_expired_assertion_is_refused(harness: Harness, signer: Signer) -> None:
    assertion = signer.assertion()
    harness.clock.advance(330)
    refused(signer.post(assertion), "invalid_client", 401)


FORGERIES: dict[str, Callable[[Signer], str]] = {
    "another key": lambda s: s.assertion(key=STRANGER),
    "none": lambda s: unsigned({"alg": "none"}, s.claims()),
    "none with kid": lambda s: unsigned({"alg": "none", "kid": "k1"}, s.claims()),
    "HS256 with the public key": lambda s: hmac_signed(
        KEY.export_public().encode(), {"alg": "HS256", "kid": "k1"}, s.claims()
    ),
    "HS256 with the client secret": lambda s: hmac_signed(s.rp.app.secret.encode(), {"alg": "HS256"}, s.claims()),
    "unknown kid": lambda s: s.assertion(header={"kid": "k2"}),
    "embedded key": lambda s: s.assertion(key=STRANGER, header={"jwk": STRANGER.export_public(as_dict=True)}),
    "crit": lambda s: s.assertion(header={"crit": ["exp"]}),
    "another kind of token": lambda s: s.assertion(header={"typ": "oauth-authz-req+jwt"}),
    "dpop proof": lambda s: s.assertion(header={"typ": "dpop+jwt"}),
    "typ not text": lambda s: s.assertion(header={"typ": ["JWT"]}),
    "cut": lambda s: s.assertion()[:-1],
    "two parts": lambda s: s.assertion().rpartition(".")[0],
    "not a token": lambda _: "x",
    "dots": lambda _: "..",
    "not ascii": lambda s: s.assertion() + "\u00e9",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forgeries_are_refused(signer: Signer, forgery: str) -> None:
    """RFC 8725; never a 500."""
    refused(signer.post(FORGERIES[forgery](signer)), "invalid_client", 401)


def test_a_huge_assertion_is_not_even_parsed(signer: Signer) -> None:
    refused(signer.post(signer.assertion(padding="x" * 12_500)), "invalid_request")


@pytest.mark.parametrize("kind", [None, "", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"])
def test_the_type_must_be_the_known_one(signer: Signer, kind: str | None) -> None:
    refused(signer.post(signer.assertion(), client_assertion_type=kind), "invalid_client", 401)


def test_another_client_id_beside_it_is_refused(signer: Signer) -> None:
    """RFC 7521 section 4.2: it must identify the same client."""
    assert signer.post(signer.assertion(), client_id="signer").status_code == 200
    refused(signer.post(signer.assertion(), client_id="other"), "invalid_request")


@pytest.mark.parametrize("jwks", [None, {}, {"keys": []}, {"keys": "x"}, {"keys": [7, {"kty": "EC"}]}])
def test_a_client_without_usable_keys_cannot_sign(harness: Harness, signer: Signer, jwks: Any) -> None:  # noqa: ANN401 - whatever may stand in a column of JSON
    """Whatever was registered."""
    BackChannelClient(harness, "keyless", token_endpoint_auth_method="private_key_jwt", jwks=jwks)
    refused(signer.post(signer.assertion(iss="keyless", sub="keyless")), "invalid_client", 401)


def test_our_own_tokens_are_no_assertions(harness: Harness, signer: Signer) -> None:
    jane = harness.person("jane")
    answer = BackChannelClient(harness).tokens(jane)
    for token in (answer["access_token"], answer["id_token"]):
        refused(signer.post(token), "invalid_client", 401)
