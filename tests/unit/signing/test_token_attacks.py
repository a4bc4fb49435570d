"""Forged and bent tokens against `Keyring.verify`. Each carries what an attacker can know: our public keys."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK

from idp.signing.jws import MAX_TOKEN_LENGTH, CompactJws, InvalidToken
from idp.signing.keyring import Keyring
from tests.support.jws import CLAIMS, NOW, as_json, b64, hmac_signed, signed, signing_input, unsigned

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def refuse(keyring: Keyring, token: str, *, typ: str = "at+jwt", now: int = NOW) -> str:
    with pytest.raises(InvalidToken) as refusal:
        keyring.verify(token, typ=typ, now=now)
    return refusal.value.reason


def own(keyring: Keyring, alg: str) -> tuple[JWK, dict[str, str]]:
    """Our private key, for tokens bent by ourselves, and the header that goes with it."""
    kid = CompactJws.parse(keyring.sign(CLAIMS, alg=alg, typ="at+jwt")).header["kid"]
    return keyring._ring.keys[kid].jwk, {"alg": alg, "kid": kid, "typ": "at+jwt"}


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_unsigned_tokens_are_refused(keyring: Keyring, alg: str, name: str) -> None:
    _, header = own(keyring, alg)
    assert refuse(keyring, unsigned(header | {"alg": name}, CLAIMS)) == "algorithm not allowed here"


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_signature_cut_off_is_refused(keyring: Keyring, alg: str) -> None:
    _, header = own(keyring, alg)
    refuse(keyring, unsigned(header, CLAIMS))
    refuse(keyring, signing_input(header, CLAIMS))


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize(
    "secret_of",
    [
        lambda key: key.export_to_pem(),
        lambda key: key.export_to_pem().strip(),
        lambda key: b"\n" + key.export_to_pem(),
        lambda key: key.export_public().encode(),
        lambda key: as_json(key.export_public(as_dict=True)),
        lambda _: b"",
    ],
    ids=["pem", "stripped pem", "prefixed pem", "jwk", "spaced jwk", "empty"],
)
def test_the_public_key_as_hmac_secret_is_refused(
    keyring: Keyring, alg: str, secret_of: Callable[[JWK], bytes]
) -> None:
    key, header = own(keyring, alg)
    forged = hmac_signed(secret_of(key), header | {"alg": "HS256"}, CLAIMS)
    assert refuse(keyring, forged) == "algorithm not allowed here"


def test_a_key_brought_along_is_refused(keyring: Keyring) -> None:
    _, header = own(keyring, "ES256")
    mine = JWK.generate(kty="EC", crv="P-256")
    public = mine.export_public(as_dict=True)
    for extra in (
        {"jwk": public},
        {"jku": "https://evil.test/jwks"},
        {"x5u": "https://evil.test/cert"},
        {"x5c": ["MIIB"]},
    ):
        assert "header members" in refuse(keyring, signed(mine, "ES256", header | extra, CLAIMS))


@pytest.mark.parametrize(
    "extra", [{"crit": ["exp"], "exp": 1}, {"crit": []}, {"b64": False, "crit": ["b64"]}, {"cty": "JWT"}]
)
def test_header_members_we_never_write_are_refused_even_when_rightly_signed(
    keyring: Keyring, extra: dict[str, Any]
) -> None:
    key, header = own(keyring, "ES256")
    assert "header members" in refuse(keyring, signed(key, "ES256", header | extra, CLAIMS))


@pytest.mark.parametrize("missing", ["alg", "kid", "typ"])
def test_header_members_we_always_write_are_demanded(keyring: Keyring, missing: str) -> None:
    key, header = own(keyring, "ES256")
    del header[missing]
    assert "header members" in refuse(keyring, signed(key, "ES256", header, CLAIMS))


@pytest.mark.parametrize("kid", ["", "other", "../sealing", None, 1, ["x"], {"x": 1}])
def test_a_foreign_kid_is_refused(keyring: Keyring, kid: object) -> None:
    mine = JWK.generate(kty="EC", crv="P-256")
    token = signed(mine, "ES256", {"alg": "ES256", "kid": kid, "typ": "at+jwt"}, CLAIMS)
    assert refuse(keyring, token).startswith("kid is not")


def test_another_key_under_our_kid_is_refused(keyring: Keyring) -> None:
    _, header = own(keyring, "ES256")
    mine = JWK.generate(kty="EC", crv="P-256")
    assert refuse(keyring, signed(mine, "ES256", header, CLAIMS)) == "wrong signature"


def test_the_right_key_with_another_algorithm_is_refused(keyring: Keyring) -> None:
    key, header = own(keyring, "RS256")
    assert refuse(keyring, signed(key, "PS256", header | {"alg": "PS256"}, CLAIMS)) == "algorithm not allowed here"
    assert refuse(keyring, signed(key, "PS256", header, CLAIMS)) == "wrong signature"


def test_a_use_can_narrow_the_algorithms(keyring: Keyring) -> None:
    token = keyring.sign(CLAIMS, alg="RS256", typ="at+jwt")
    assert keyring.verify(token, typ="at+jwt", now=NOW, algs=["RS256"]) == CLAIMS
    with pytest.raises(InvalidToken, match="algorithm not allowed here"):
        keyring.verify(token, typ="at+jwt", now=NOW, algs=["ES256"])


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_no_bit_of_a_token_can_be_changed(keyring: Keyring, alg: str) -> None:
    token = keyring.sign(CLAIMS, alg=alg, typ="at+jwt").encode()
    for position in range(len(token)):
        for bit in range(7):
            bent = bytearray(token)
            bent[position] ^= 1 << bit
            refuse(keyring, bent.decode())


@pytest.mark.parametrize(
    "signature",
    [
        bytes(64),
        bytes(31) + b"\1" + bytes(32),
        P256_ORDER.to_bytes(32, "big") * 2,
        b"\xff" * 64,
        bytes(63),
        bytes(65),
        b"",
    ],
    ids=["r=s=0", "s=0", "r=s=n", "r=s=max", "short", "long", "empty"],
)
def test_degenerate_ecdsa_signatures_are_refused(keyring: Keyring, signature: bytes) -> None:
    """CVE-2022-21449, "psychic signatures"."""
    _, header = own(keyring, "ES256")
    refuse(keyring, unsigned(header, CLAIMS, signature))


def test_a_zero_padded_ecdsa_signature_is_refused(keyring: Keyring) -> None:
    data, _, signature = keyring.sign(CLAIMS, alg="ES256", typ="at+jwt").rpartition(".")
    raw = CompactJws.parse(f"{data}.{signature}").signature
    padded = b"\0" + raw[:32] + b"\0" + raw[32:]
    assert refuse(keyring, f"{data}.{b64(padded)}") == "an ES256 signature has 64 bytes"


def test_a_der_signature_is_refused(keyring: Keyring) -> None:
    key, header = own(keyring, "ES256")
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256

    private = key.get_op_key("sign", "P-256")
    assert isinstance(private, EllipticCurvePrivateKey)
    data = signing_input(header, CLAIMS)
    refuse(keyring, f"{data}.{b64(private.sign(data.encode(), ECDSA(SHA256())))}")


def test_the_length_limit_is_exact() -> None:
    longest = f"e30.{b64(bytes(12284))}."
    assert len(longest) == MAX_TOKEN_LENGTH
    assert CompactJws.parse(longest).payload == bytes(12284)
    with pytest.raises(InvalidToken, match="longer than"):
        CompactJws.parse(f"e30.{b64(bytes(12285))}.")


def test_a_token_that_is_too_long_is_refused_even_when_rightly_signed(keyring: Keyring) -> None:
    key, header = own(keyring, "ES256")
    assert "longer than" in refuse(keyring, signed(key, "ES256", header, CLAIMS | {"pad": "x" * MAX_TOKEN_LENGTH}))


@pytest.mark.parametrize(
    "payload",
    [
        b'{"sub":"ada","sub":"eve","exp":1900000000}',
        b'{"exp":1900000000,"a":{"b":1,"b":2}}',
        b'{"exp":1,"exp":1900000000}',
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b'{"exp":1e999}',
        b'{"exp":1900000000,"sub":"\\ud800"}',
        b'{"exp":1900000000,"sub":"a\\u0000b"}',
        b'{"exp":1900000000,"sub":"\xff"}',
        b"\xef\xbb\xbf{}",
        b"[" * 9000,
        b'{"exp":1900000000,"a":' + b"[" * 20 + b"]" * 20 + b"}",
        b'{"a":' * 1500 + b"1" + b"}" * 1500,
        b"[]",
        b'"text"',
        b"null",
        b"",
        b"{",
        b'{"exp":' + b"9" * 5000 + b"}",
    ],
)
def test_payloads_with_two_meanings_or_none_are_refused_even_when_rightly_signed(
    keyring: Keyring, payload: bytes
) -> None:
    key, header = own(keyring, "ES256")
    refuse(keyring, signed(key, "ES256", header, payload))


def test_repeated_header_members_are_refused(keyring: Keyring) -> None:
    key, header = own(keyring, "ES256")
    doubled = as_json(header)[:-1] + b', "alg": "none"}'
    assert refuse(keyring, signed(key, "ES256", doubled, CLAIMS)) == "header is not well-formed JSON"


@pytest.mark.parametrize(
    "bend",
    [
        lambda t: t + "=",
        lambda t: t + ".",
        lambda t: "." + t,
        lambda t: t + ".x",
        lambda t: " " + t,
        lambda t: t + "\n",
        lambda t: t.replace(".", ". "),
        lambda t: t[:-1] + "é",
        lambda t: t.replace(".", ".\0", 1),
        lambda _: "",
        lambda _: "..",
        lambda _: ".",
        lambda _: '{"payload":"e30","signatures":[]}',
        lambda t: t.replace("-", "+").replace("_", "/") + "+",
    ],
)
def test_other_spellings_of_a_token_are_refused(keyring: Keyring, bend: Callable[[str], str]) -> None:
    refuse(keyring, bend(keyring.sign(CLAIMS, alg="RS256", typ="at+jwt")))


@pytest.mark.parametrize("typ", ["JWT", "at+JWT", "application/at+jwt", "logout+jwt", ""])
def test_a_token_of_one_kind_does_not_pass_for_another(keyring: Keyring, typ: str) -> None:
    token = keyring.sign(CLAIMS, alg="ES256", typ="at+jwt")
    assert refuse(keyring, token, typ=typ) == "another kind of token"


@given(st.text(max_size=200))
def test_any_text_at_all_is_refused_in_good_order(text: str) -> None:
    with pytest.raises(InvalidToken):
        CompactJws.parse(text)


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_any_three_parts_are_read_or_refused_in_good_order(header: bytes, payload: bytes, signature: bytes) -> None:
    token = f"{b64(header)}.{b64(payload)}.{b64(signature)}"
    try:
        jws = CompactJws.parse(token)
    except InvalidToken:
        return
    assert (jws.payload, jws.signature) == (payload, signature)
