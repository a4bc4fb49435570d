"""JWTs that we signed, coming back to us: verification of all but their times."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from idp.signing import algorithms
from idp.signing.jws import CompactJws, InvalidToken, read_object
from idp.signing.keystore import SigningKey

_HEADER = {"alg", "kid", "typ"}


class UnknownKid(InvalidToken):
    """The token names a key that is not in hand: another process may just have made it."""


def verify_own_jws(keys: Mapping[str, SigningKey], token: str, typ: str, algs: Collection[str]) -> Mapping[str, Any]:
    """Verify a token of `typ` by one of `keys` (by `kid`), and return its claims, whatever its times.

    Raises `InvalidToken`, and `UnknownKid` when newer keys might help.
    """
    jws = CompactJws.parse(token)
    if jws.header.keys() != _HEADER:  # ours have exactly these; jwk, jku, x5u and crit are never read
        raise InvalidToken("header members other than alg, kid, typ")
    if jws.header["typ"] != typ:  # a token of one kind must not pass for another (RFC 8725 section 3.11)
        raise InvalidToken("another kind of token")
    kid = jws.header["kid"]
    if not isinstance(kid, str):
        raise InvalidToken("kid is not a string")
    if kid not in keys:
        raise UnknownKid("kid is not ours")
    alg = keys[kid].record.alg  # the key decides, not the token (RFC 8725 section 3.1)
    if jws.header["alg"] != alg or alg not in algs:
        raise InvalidToken("algorithm not allowed here")
    algorithms.verify(alg, keys[kid].jwk, jws.signing_input, jws.signature)
    return read_object(jws.payload, "payload")
