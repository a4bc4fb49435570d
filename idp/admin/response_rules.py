"""What a registration may ask of responses: their types, and encryption to a key that it has. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from idp.config.tokens import RESPONSE_TYPES
from idp.kernel.grant_types import AUTHORIZATION_CODE, IMPLICIT
from idp.kernel.text import Text
from idp.security_profiles import has_bound_tokens, profile_named
from idp.signing import jwe

if TYPE_CHECKING:
    from idp.admin.client_rules import Registration

ONLY_CODE = ("code",)
ENCRYPTED = ("id_token", "userinfo", "authorization")


def problems(wanted: Registration) -> Iterator[tuple[str, Text]]:
    """Yield each fault: the field, and a sentence with the remedy."""
    yield from _types(wanted)
    for kind in ENCRYPTED:
        yield from _encryption(wanted, kind)


def _types(wanted: Registration) -> Iterator[tuple[str, Text]]:
    field, others = "response_types", [each for each in wanted.response_types if each != "code"]
    if set(others) - set(RESPONSE_TYPES):
        yield field, Text("Response types must be some of: {all}.", all=", ".join(RESPONSE_TYPES))
    elif others and IMPLICIT not in wanted.grant_types:
        yield field, Text("A response type with a token in it needs the grant implicit.")
    elif any("code" in each for each in others) and AUTHORIZATION_CODE not in wanted.grant_types:
        yield field, Text("A response type with a code in it needs the grant authorization_code.")
    elif IMPLICIT in wanted.grant_types and not others:
        yield "grant_types", Text("The grant implicit needs a response type with a token in it.")
    if has_bound_tokens(wanted.metadata) and any("token" in each.split() for each in others):
        yield field, Text("A token in the response is bound to no key. Leave token out of the response types.")
    allowed = profile_named(wanted.metadata.security_profile).response_types
    if allowed and set(wanted.response_types) - set(allowed):
        yield (
            field,
            Text("The security profile of this app allows only these response types: {all}.", all=", ".join(allowed)),
        )


def _encryption(wanted: Registration, kind: str) -> Iterator[tuple[str, Text]]:
    name = f"{kind}_encrypted_response_alg"
    alg = getattr(wanted.metadata, name)
    if alg in jwe.ALGS and not _has_key(wanted.jwks, alg):
        yield name, Text("Encryption with {alg} needs a public key of the app that fits, in its JWK Set.", alg=alg)


def _has_key(jwks: dict[str, object] | None, alg: str) -> bool:
    keys = (jwks or {}).get("keys")
    return isinstance(keys, list) and any(jwe.may_encrypt(key, alg) for key in keys)
