"""Hostile JSON Web Tokens, made from a good one: RFC 8725 and what libraries have accepted."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from random import Random
from typing import Any

from jwcrypto.jwk import JWK

from tests.hostile import values
from tests.support.jws import b64, signed

OWN_KEY = JWK.generate(kty="EC", crv="P-256", kid="own")
MEGABYTE = 1_000_000
TYPES: tuple[Any, ...] = (
    "JWT",
    "at+jwt",
    "logout+jwt",
    "JWE",
    "",
    None,
    [],
    1,
    "dpop+jwt",
    "AT+JWT",
    "application/at+jwt",
)
TIMES: tuple[Any, ...] = (-1, 0, 1e308, float("nan"), float("inf"), "1", None, [], {}, 10**400, True, 2**63)

Parts = tuple[dict[str, Any], bytes, str, str]
"""Header, payload, signature, and the whole."""


def forged(random: Random, good: str, key: dict[str, Any]) -> bytes:
    """A token that must not be accepted; `key` is the public key that verifies `good`."""
    head, payload, signature = good.split(".")
    parts = json.loads(_decode(head)), _decode(payload), signature, good
    return random.choice(FORGERIES)(random, parts, key).encode("latin-1")


def hostile_claims(random: Random, claims: dict[str, Any]) -> dict[str, Any]:
    """Good claims with one that is hostile."""
    name = random.choice([*claims, "nbf", "aud", "exp", "iat", "jti", "x"])
    value = random.choice((*TIMES, values.raw(random).decode("latin-1"), [["a"] * 50], {"a": {"b": {}}}))
    return {**claims, name: value}


def _decode(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _join(header: dict[str, Any] | bytes, payload: bytes, signature: str) -> str:
    encoded = header if isinstance(header, bytes) else json.dumps(header).encode()
    return f"{b64(encoded)}.{b64(payload)}.{signature}"


def _none(random: Random, parts: Parts, _key: dict[str, Any]) -> str:
    alg: Any = random.choice(("none", "None", "NONE", "nOnE", "", None, [], "none\x00"))
    return _join(parts[0] | {"alg": alg}, parts[1], random.choice(("", parts[2])))


def _confused(random: Random, parts: Parts, key: dict[str, Any]) -> str:
    public = JWK(**key)
    secret = random.choice((public.export_to_pem(), json.dumps(key).encode(), public.export_public().encode(), b""))
    alg = random.choice(("HS256", "HS384", "HS512"))
    data = _join(parts[0] | {"alg": alg}, parts[1], "")[:-1]
    return f"{data}.{b64(hmac.new(secret, data.encode(), getattr(hashlib, 'sha' + alg[2:])).digest())}"


def _own_key(random: Random, parts: Parts, _key: dict[str, Any]) -> str:
    public = OWN_KEY.export_public(as_dict=True)
    extra: dict[str, Any] = random.choice(
        (
            {"jwk": public},
            {"jku": "https://evil.example/jwks"},
            {"x5u": "https://evil.example/x"},
            {"x5c": ["MII="]},
            {"kid": "../../../../dev/null"},
            {"kid": values.raw(random).decode("latin-1")},
            {"kid": [public]},
            {"kid": None},
            {},
        )
    )
    return signed(OWN_KEY, "ES256", parts[0] | {"alg": "ES256"} | extra, parts[1])


def _changed_header(random: Random, parts: Parts, _key: dict[str, Any]) -> str:
    extra: dict[str, Any] = random.choice(
        (
            {"crit": ["exp"]},
            {"crit": []},
            {"crit": "b64"},
            {"b64": False, "crit": ["b64"]},
            {"b64": False},
            {"typ": random.choice(TYPES)},
            {"zip": "DEF"},
            {"enc": "A256GCM", "alg": "RSA-OAEP"},
            {"alg": "dir", "enc": "A128GCM"},
            {"alg": values.raw(random).decode("latin-1")},
            {"p2c": 2**31, "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2s": "x"},
            {"x": "a" * random.choice((1000, 9000, MEGABYTE if random.randrange(20) == 0 else 90_000))},
        )
    )
    return _join(parts[0] | extra, parts[1], parts[2])


def _broken_json(random: Random, parts: Parts, _key: dict[str, Any]) -> str:
    text = values.json_text(random)
    return _join(text, parts[1], parts[2]) if random.randrange(2) else _join(parts[0], text, parts[2])


def _changed_claims(random: Random, parts: Parts, _key: dict[str, Any]) -> str:
    claims = hostile_claims(random, json.loads(parts[1]) | {"x": random.random()})
    return _join(parts[0], json.dumps(claims).encode(), parts[2])


def _changed_shape(random: Random, parts: Parts, _key: dict[str, Any]) -> str:
    whole = parts[3]
    middle = len(whole) - len(parts[2]) // 2
    return random.choice(
        (
            whole[:middle] + ("A" if whole[middle] != "A" else "B") + whole[middle + 1 :],
            whole.rpartition(".")[0],
            whole.rpartition(".")[0] + ".",
            whole + ".x",
            whole + ".x.y",
            "." + whole,
            whole[: random.randrange(1, middle)],
            "..".join(whole.split(".")),
            urlsafe_b64encode(whole.encode()).decode(),
            json.dumps({"payload": whole, "signatures": []}),
            "." * random.choice((1, 2, 4, 5000)),
        )
    )


FORGERIES: tuple[Callable[[Random, Parts, dict[str, Any]], str], ...] = (
    _none,
    _confused,
    _own_key,
    _changed_header,
    _broken_json,
    _changed_claims,
    _changed_shape,
)
