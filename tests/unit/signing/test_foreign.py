"""Assertions signed by clients, honest and otherwise."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jwcrypto.common import base64url_encode
from jwcrypto.jwk import JWK

from idp.signing.client_jwts import UnknownKey, unverified_claims, usable_algorithms, verify_client_jws
from idp.signing.jwe import may_encrypt
from idp.signing.jws import MAX_TOKEN_LENGTH, InvalidToken
from tests.support.jws import NOW, as_json, hmac_signed, signed, unsigned

CLAIMS = {"iss": "app", "sub": "app", "aud": "https://id.test", "jti": "1", "exp": NOW + 60}
KEYS = {
    "RSA": JWK.generate(kty="RSA", size=2048),
    "EC": JWK.generate(kty="EC", crv="P-256"),
    "OKP": JWK.generate(kty="OKP", crv="Ed25519"),
}
KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


def public(kind: str, **extra: object) -> dict[str, Any]:
    return {**KEYS[kind].export_public(as_dict=True), **extra}


def jwks(*keys: object) -> dict[str, Any]:
    return {"keys": list(keys)}


def assertion(alg: str = "ES256", **header: object) -> str:
    return signed(KEYS[KEY_TYPES[alg]], alg, {"alg": alg, **header}, CLAIMS)


ALL = jwks(public("RSA", kid="r"), public("EC", kid="e"), public("OKP", kid="o"))
EC = jwks(public("EC"))


def refuse(token: str, keys: dict[str, Any] = EC) -> str:
    with pytest.raises(InvalidToken) as refusal:
        verify_client_jws(token, keys, now=NOW)
    return refusal.value.reason


@pytest.mark.parametrize(("alg", "kid"), [("RS256", "r"), ("PS256", "r"), ("ES256", "e"), ("EdDSA", "o")])
def test_the_key_is_chosen_by_kid_or_as_the_only_one_that_fits(alg: str, kid: str) -> None:
    for header in ({"kid": kid}, {}, {"typ": "client-authentication+jwt", "x5t": "abc"}):
        expected = {"alg": alg, **header}
        assert verify_client_jws(assertion(alg, **header), ALL, now=NOW) == (expected, CLAIMS)


def test_an_unknown_kid_asks_for_a_newer_jwks() -> None:
    with pytest.raises(UnknownKey):
        verify_client_jws(assertion(kid="new"), ALL, now=NOW)
    with pytest.raises(UnknownKey):
        verify_client_jws(assertion(kid="r"), ALL, now=NOW)  # a key of that name, but of another type


def test_two_keys_that_fit_need_a_kid() -> None:
    other = JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)
    assert "2 keys" in refuse(assertion(), jwks(public("EC", kid="e"), {**other, "kid": "f"}))
    assert "2 keys" in refuse(assertion(kid="e"), jwks(public("EC", kid="e"), {**other, "kid": "e"}))


def test_keys_that_cannot_verify_are_passed_over() -> None:
    strangers = [
        {"kty": "AKP", "alg": "ML-DSA-44"},
        {"kty": "oct", "k": "c2VjcmV0"},
        public("EC", use="enc"),
        public("EC", alg="ES384"),
        public("EC", key_ops=["sign"]),
        public("EC", key_ops="verify"),
        {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"},
        "text",
        None,
        7,
    ]
    assert verify_client_jws(assertion(), jwks(*strangers, public("EC", key_ops=["verify"])), now=NOW)
    assert "0 keys" in refuse(assertion(), jwks(*strangers))


@pytest.mark.parametrize("keys", [{}, {"keys": None}, {"keys": {}}, {"keys": "x"}, {"keys": []}])
def test_a_jwks_without_keys_verifies_nothing(keys: dict[str, Any]) -> None:
    assert "0 keys" in refuse(assertion(), keys)


@pytest.mark.parametrize(
    "broken",
    [
        {"kty": "EC", "crv": "P-256"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": 1, "y": []},
        {"kty": "EC", "crv": "P-256", "x": "%%", "y": None},
    ],
)
def test_a_broken_registered_key_is_a_refusal_not_a_fault(broken: dict[str, Any]) -> None:
    assert refuse(assertion(), jwks(broken)) == "the client's key is not usable"


def test_short_rsa_keys_are_refused() -> None:
    short = JWK.generate(kty="RSA", size=1024)
    token = signed(short, "RS256", {"alg": "RS256"}, CLAIMS)
    assert "2048" in refuse(token, jwks(short.export_public(as_dict=True)))


def test_rsa_keys_with_long_exponents_are_refused() -> None:
    """OpenSSL encrypts to none of them, which would be an error of 500."""
    jwk = JWK.generate(kty="RSA", size=4096).export_public(as_dict=True) | {"e": base64url_encode(b"\x01" * 256)}
    assert may_encrypt(jwk | {"e": "AQAB"}, "RSA-OAEP-256")
    assert usable_algorithms(jwk | {"e": "AQAB"})
    assert not may_encrypt(jwk, "RSA-OAEP-256")
    assert not usable_algorithms(jwk)


def test_the_private_half_in_a_jwks_is_not_even_read() -> None:
    private = KEYS["EC"].export_private(as_dict=True)
    assert verify_client_jws(assertion(), jwks({**private, "d": "not a number"}), now=NOW)


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "HS512", "ES384", "RS512", "Ed25519", "", None, 1, ["ES256"]])
def test_other_algorithms_are_refused(alg: object) -> None:
    token = signed(KEYS["EC"], "ES256", {"alg": alg}, CLAIMS)
    assert refuse(token) == "algorithm not allowed here"
    assert refuse(unsigned({"alg": alg}, CLAIMS)) == "algorithm not allowed here"


def test_the_caller_can_narrow_the_algorithms_but_never_widen_them() -> None:
    with pytest.raises(InvalidToken, match="not allowed"):
        verify_client_jws(assertion(), EC, now=NOW, algs=["RS256"])
    secret = {"kty": "oct", "k": "c2VjcmV0"}
    with pytest.raises(InvalidToken, match="not allowed"):
        verify_client_jws(hmac_signed(b"secret", {"alg": "HS256"}, CLAIMS), jwks(secret), now=NOW, algs=["HS256"])


@pytest.mark.parametrize(
    "secret", [KEYS["EC"].export_to_pem(), as_json(public("EC")), b""], ids=["pem", "jwk", "empty"]
)
def test_the_public_key_as_hmac_secret_is_refused(secret: bytes) -> None:
    assert refuse(hmac_signed(secret, {"alg": "HS256"}, CLAIMS)) == "algorithm not allowed here"


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": public("EC")},
        {"jku": "https://app.test/jwks"},
        {"x5u": "https://app.test/cert"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"b64": False},
        {"b64": False, "crit": ["b64"]},
        {"b64": True},
    ],
)
def test_headers_that_bring_keys_or_extensions_are_refused(extra: dict[str, Any]) -> None:
    assert "the header" in refuse(assertion(**extra))


def test_repeated_members_are_refused() -> None:
    twice = as_json(CLAIMS)[:-1] + b', "sub": "other"}'
    assert "payload" in refuse(signed(KEYS["EC"], "ES256", {"alg": "ES256"}, twice))
    assert "header" in refuse(signed(KEYS["EC"], "ES256", b'{"alg":"ES256","alg":"ES256"}', CLAIMS))


def test_a_token_that_is_too_long_is_refused_unread() -> None:
    token = signed(KEYS["EC"], "ES256", {"alg": "ES256"}, CLAIMS | {"pad": "x" * MAX_TOKEN_LENGTH})
    assert "longer" in refuse(token)
    with pytest.raises(InvalidToken, match="longer"):
        unverified_claims(token)


@pytest.mark.parametrize("alg", ["PS256", "ES256", "EdDSA"])
def test_no_bit_can_be_changed(alg: str) -> None:
    token = assertion(alg).encode()
    for position in range(len(token)):
        bent = bytearray(token)
        bent[position] ^= 1 << (position % 7)
        refuse(bent.decode(), ALL)


def test_zero_signatures_are_refused() -> None:
    refuse(unsigned({"alg": "ES256"}, CLAIMS, bytes(64)))
    refuse(unsigned({"alg": "EdDSA"}, CLAIMS, bytes(64)), ALL)
    refuse(unsigned({"alg": "RS256"}, CLAIMS, bytes(256)), ALL)


@pytest.mark.parametrize(("second", "valid"), [(59, True), (89, True), (90, False), (91, False)])
def test_a_client_s_clock_may_be_half_a_minute_slow(second: int, valid: bool) -> None:
    if valid:
        assert verify_client_jws(assertion(), EC, now=NOW + second)
    else:
        with pytest.raises(InvalidToken, match="expired"):
            verify_client_jws(assertion(), EC, now=NOW + second)


def test_exp_is_demanded() -> None:
    token = signed(KEYS["EC"], "ES256", {"alg": "ES256"}, {"sub": "app"})
    assert refuse(token) == "exp is missing"


def test_unverified_claims_tell_whose_keys_to_fetch() -> None:
    assert unverified_claims(unsigned({"alg": "none"}, {"sub": "app"})) == {"sub": "app"}
    with pytest.raises(InvalidToken):
        unverified_claims("e30.W10.")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["alg", "kid", "typ", "jwk", "crit", "b64", "kty", "crv", "x", "y", "n", "e", "use", "key_ops"])
objects = st.dictionaries(names, json_values | st.sampled_from(["ES256", "EC", "P-256", "RSA", "AQAB"]), max_size=6)


@settings(max_examples=300)
@given(objects, json_values, st.lists(objects | json_values, max_size=3))
def test_no_header_claims_or_keys_cause_a_fault_or_pass(
    header: dict[str, Any], claims: object, keys: list[object]
) -> None:
    token = signed(KEYS["EC"], "ES256", as_json(header), as_json(claims))
    with pytest.raises(InvalidToken):
        verify_client_jws(token, jwks(*keys), now=NOW)
