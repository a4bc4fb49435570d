"""What is done to JSON Web Tokens to have a forgery accepted: RFC 8725, and what libraries have accepted.

Each attack makes a bent token of a genuine one. Those of Authlib's and joserfc's own history are named by it.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jwcrypto.jwk import JWK

from idp.signing import algorithms
from tests.support.jws import as_json, b64, signing_input, unsigned

MEGABYTE = 1_000_000
STRANGER = JWK.generate(kty="EC", crv="P-256")
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
EVIL = "https://evil.example.test/keys"


@dataclass(frozen=True)
class Genuine:
    """A good token taken apart; `key` signs it, so that a bent one can have a right signature."""

    key: JWK
    header: dict[str, Any]
    claims: dict[str, Any]

    @property
    def token(self) -> str:
        """The token itself."""
        return self.signed()

    @property
    def public(self) -> dict[str, Any]:
        """What everybody knows of its key."""
        found: dict[str, Any] = self.key.export_public(as_dict=True)
        return found

    def signed(
        self, header: dict[str, Any] | bytes | None = None, claims: bytes | None = None, key: JWK | None = None
    ) -> str:
        """A token with members of the header changed (or all of it, as bytes), signed by its own key or another."""
        head = header if isinstance(header, bytes) else as_json(self.header | (header or {}))
        data = signing_input(head, claims or as_json(self.claims))
        return f"{data}.{b64(algorithms.sign('ES256', key or self.key, data.encode()))}"

    def hmac_signed(self, secret: bytes, alg: str = "HS256") -> str:
        """A token signed with a secret."""
        data = signing_input(self.header | {"alg": alg}, self.claims)
        return f"{data}.{b64(hmac.new(secret, data.encode(), getattr(hashlib, 'sha' + alg[2:])).digest())}"

    def with_signature(self, signature: bytes) -> str:
        """A token with another signature."""
        return unsigned(self.header, self.claims, signature)

    def raw_signature(self) -> bytes:
        """A right signature: another one at each call, since ECDSA draws a number for it."""
        part = self.token.rpartition(".")[2]
        return urlsafe_b64decode(part + "==")


def _repeated(value: dict[str, Any], name: str, other: Any) -> bytes:  # noqa: ANN401 - any JSON
    """JSON with a member twice."""
    return json.dumps(value)[:-1].encode() + f", {json.dumps(name)}: {json.dumps(other)}}}".encode()


def _with_zeros(signature: bytes) -> bytes:
    return b"\0" + signature[:32] + b"\0" + signature[32:]


def _with_other_bit(signature: bytes) -> bytes:
    return bytes([signature[0] ^ 1]) + signature[1:]


Attack = Callable[[Genuine], str]


def _unsigned(alg: object) -> Attack:
    return lambda genuine: unsigned(genuine.header | {"alg": alg}, genuine.claims)


UNSIGNED: dict[str, Attack] = {
    # Authlib CVE-2026-28802
    **{f"alg {name!r}": _unsigned(name) for name in ("none", "None", "NONE", "nOnE", "", None, ["none"], 0)},
    "none with a signature": lambda g: unsigned(g.header | {"alg": "none"}, g.claims, g.raw_signature()),
    "no signature": lambda g: g.with_signature(b""),
    "two parts": lambda g: g.token.rpartition(".")[0],
}
CONFUSED: dict[str, Attack] = {
    # Authlib CVE-2024-37568
    "HS256 with PEM": lambda g: g.hmac_signed(g.key.export_to_pem()),
    "HS256 with stripped PEM": lambda g: g.hmac_signed(g.key.export_to_pem().strip()),
    "HS256 with prefixed PEM": lambda g: g.hmac_signed(b"\n " + g.key.export_to_pem()),
    "HS256 with JWK": lambda g: g.hmac_signed(as_json(g.public)),
    "HS384 with JWK": lambda g: g.hmac_signed(as_json(g.public), "HS384"),
    "HS512 with x": lambda g: g.hmac_signed(str(g.public["x"]).encode(), "HS512"),
    "HS256 with nothing": lambda g: g.hmac_signed(b""),
}
FOREIGN_KEYS: dict[str, Attack] = {
    # Authlib CVE-2026-27962
    "embedded jwk": lambda g: g.signed({"jwk": STRANGER.export_public(as_dict=True)}, key=STRANGER),
    "another key": lambda g: g.signed(key=STRANGER),
    "foreign kid": lambda g: g.signed({"kid": "stranger"}, key=STRANGER),
    "unknown kid": lambda g: g.signed({"kid": "stranger"}),
    "kid is a path": lambda g: g.signed({"kid": "../../../../dev/null"}),
    "kid is a list": lambda g: g.signed({"kid": ["k1"]}),
    "jku": lambda g: g.signed({"jku": EVIL}),
    "x5u": lambda g: g.signed({"x5u": EVIL}),
    "x5c": lambda g: g.signed({"x5c": ["MII="]}),
}
EXTENSIONS: dict[str, Attack] = {
    # Authlib GHSA-9ggr-2464-2j32
    "unknown crit": lambda g: g.signed({"crit": ["exp2"], "exp2": 1}),
    "known crit": lambda g: g.signed({"crit": ["exp"]}),
    "empty crit": lambda g: g.signed({"crit": []}),
    "crit is text": lambda g: g.signed({"crit": "b64"}),
    "b64=false": lambda g: g.signed({"b64": False, "crit": ["b64"]}),
    "b64=false alone": lambda g: g.signed({"b64": False}),
}
SHAPES: dict[str, Attack] = {
    "header members twice": lambda g: g.signed(_repeated(g.header, "alg", "none")),
    "typ twice": lambda g: g.signed(_repeated(g.header, "typ", g.header.get("typ"))),
    "claims twice": lambda g: g.signed(claims=_repeated(g.claims, *next(iter(g.claims.items())))),
    "header is a list": lambda g: g.signed(b"[]"),
    "header is nonsense": lambda g: g.signed(b"\xff"),
    "claims are a list": lambda g: g.signed(claims=b"[]"),
    "NaN": lambda g: g.signed(claims=b'{"iat": NaN}'),
    "JSON serialization": lambda g: json.dumps({"payload": g.token, "signatures": []}),
    "five parts": lambda g: f"{g.token}.x.y",
    "encrypted": lambda g: g.signed({"alg": "dir", "enc": "A128GCM"}),
    "PBES2 with many rounds": lambda g: g.signed({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2**31}),
    "padded": lambda g: f"{g.token}=",
    "other spelling": lambda g: g.token.replace(".", ". ", 1),
    # Authlib CVE-2025-61920
    "header of a megabyte": lambda g: g.signed({"x": "a" * MEGABYTE}),
    "signature of a megabyte": lambda g: g.with_signature(bytes(MEGABYTE)),
    "dots": lambda _: "." * 5000,
    "deep": lambda g: g.signed(b"[" * 6000 + b"]" * 6000),
}
SIGNATURES: dict[str, Attack] = {
    # CVE-2022-21449
    "r=s=0": lambda g: g.with_signature(bytes(64)),
    "r=s=n": lambda g: g.with_signature(P256_ORDER.to_bytes(32, "big") * 2),
    "one byte more": lambda g: g.with_signature(g.raw_signature() + b"\0"),
    "zeros before r and s": lambda g: g.with_signature(_with_zeros(g.raw_signature())),
    "one bit": lambda g: g.with_signature(_with_other_bit(g.raw_signature())),
}
ATTACKS = UNSIGNED | CONFUSED | FOREIGN_KEYS | EXTENSIONS | SHAPES | SIGNATURES
TYPES = (
    "JWT", "at+jwt", "logout+jwt", "dpop+jwt", "oauth-authz-req+jwt", "client-authentication+jwt", "secevent+jwt",
    "token-introspection+jwt", "entity-statement+jwt", "JWE", 7, ["JWT"],
)  # fmt: skip
"""Values of `typ`: one kind of token must not pass for another (RFC 8725 section 3.11)."""


def attacks(genuine: Genuine, *, types: set[str], harmless: set[str]) -> dict[str, str]:
    """All bent tokens; `types` are those that are right here, `harmless` the attacks that change nothing here."""
    bent = {name: attack(genuine) for name, attack in ATTACKS.items() if name not in harmless}
    return bent | {f"typ {typ!r}": genuine.signed({"typ": typ}) for typ in TYPES if str(typ) not in types}
