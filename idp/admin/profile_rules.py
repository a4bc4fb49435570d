"""What a security profile requires of a registration (idp.security_profiles). Pure.

Rules yield the field and a sentence with the remedy; `client_rules` makes them part of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from idp.kernel.grant_types import DEVICE_CODE
from idp.kernel.text import Text
from idp.security_profiles import PROFILES, SecurityProfile, has_bound_tokens, must_push, must_sign
from idp.signing.client_jwts import usable_algorithms

if TYPE_CHECKING:
    from idp.admin.client_rules import Registration

SIGNING_ALGORITHMS = (
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "backchannel_authentication_request_signing_alg",
    "userinfo_signed_response_alg",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
)
"""Members of the metadata that name an algorithm of signatures."""


def problems(wanted: Registration) -> Iterator[tuple[str, Text]]:
    """Yield where a registration contradicts its profile."""
    profile = PROFILES.get(wanted.metadata.security_profile)
    if profile is None:
        yield "security_profile", Text("The security profile must be one of {all}.", all=", ".join(PROFILES))
        return
    yield from _device_problems(wanted)
    yield from _redirect_problems(wanted, profile)
    method = wanted.token_endpoint_auth_method
    if profile.auth_methods and method not in profile.auth_methods:
        yield (
            "token_endpoint_auth_method",
            Text(
                "Apps of the profile {profile} authenticate with one of {all}.",
                profile=profile.name,
                all=", ".join(profile.auth_methods),
            ),
        )
    if not wanted.require_pkce and not profile.pkce_optional_allowed:
        yield "require_pkce", Text("The profile {profile} does not allow to leave PKCE out.", profile=profile.name)
    if profile.requires_sender_constraint and not has_bound_tokens(wanted.metadata):
        yield (
            "dpop_bound_access_tokens",
            Text(
                "The profile {profile} binds access tokens to a key of the app: choose DPoP or its certificate.",
                profile=profile.name,
            ),
        )
    if profile.signing_algorithms:
        yield from _algorithm_problems(wanted, profile)


def _device_problems(wanted: Registration) -> Iterator[tuple[str, Text]]:
    """Yield that a device asks with plain parameters (RFC 8628 section 3.1), where the client may not."""
    if DEVICE_CODE in wanted.grant_types and (must_push(wanted.metadata) or must_sign(wanted.metadata)):
        yield (
            "grant_types",
            Text("A device cannot sign or push its requests: leave out its grant, or what requires that."),
        )


def _redirect_problems(wanted: Registration, profile: SecurityProfile) -> Iterator[tuple[str, Text]]:
    if profile.https_redirects_only and not all(uri.startswith("https://") for uri in wanted.redirect_uris):
        yield (
            "redirect_uris",
            Text("The profile {profile} sends responses to https addresses only.", profile=profile.name),
        )


def _algorithm_problems(wanted: Registration, profile: SecurityProfile) -> Iterator[tuple[str, Text]]:
    allowed = ", ".join(profile.signing_algorithms)
    chosen = {name: getattr(wanted.metadata, name) for name in SIGNING_ALGORITHMS}
    for name, alg in ({"id_token_signed_response_alg": wanted.id_token_signed_response_alg} | chosen).items():
        if alg is not None and alg not in profile.signing_algorithms:
            yield name, Text("Apps of the profile {profile} sign with {all}.", profile=profile.name, all=allowed)
    keys = (wanted.jwks or {}).get("keys")
    listed = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
    if listed and not any(set(usable_algorithms(key)) & set(profile.signing_algorithms) for key in listed):
        yield "jwks", Text("No key in the JWK Set can sign with one of {all}.", all=allowed)
