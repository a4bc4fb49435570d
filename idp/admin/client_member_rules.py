"""What optional members of a registration require of each other, and what its security profile requires. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from idp.admin import client_uris
from idp.admin.client_members import MEMBERS
from idp.kernel.text import Text
from idp.persistence.client_metadata import PUBLIC_SUBJECT
from idp.security_profiles import PROFILES, SecurityProfile

if TYPE_CHECKING:
    from idp.admin.client_rules import Registration

Fault = tuple[str, Text]
"""A member, and a sentence with the remedy."""

CERTIFICATE_NAMES = tuple(name for name in MEMBERS if name.startswith("tls_client_auth_"))
ALGORITHMS = tuple(name for name in MEMBERS if name.endswith(("_signing_alg", "_signed_response_alg")))
SEND_ONE_WAY = Text("exactly one way to send the secret is accepted. Turn that on.")
SENT_SECRETS = frozenset({"client_secret_basic", "client_secret_post"})
PING = "ping"


def member_problems(wanted: Registration) -> Iterator[Fault]:
    """Yield the faults of members by themselves, then where they contradict each other or the security profile."""
    faults = [
        (name, fault) for name, member in MEMBERS.items() if (fault := member.fault(getattr(wanted.metadata, name)))
    ]
    yield from faults
    if not faults:
        yield from _agreement(wanted)
        yield from _encryption_agreement(wanted)
        yield from _profile_agreement(wanted, PROFILES[wanted.metadata.security_profile])


def sector_hosts(wanted: Registration) -> set[str]:
    """Return the hosts of the redirect URIs: the sector when there is only one (OpenID Connect Core section 8.1)."""
    return {client_uris.host_of(uri) for uri in wanted.redirect_uris}


def _agreement(wanted: Registration) -> Iterator[Fault]:
    members = wanted.metadata
    if members.jwks_uri and wanted.jwks:
        yield ("jwks_uri", Text("Give the keys or their address, not both (RFC 7591 section 2)."))
    several = len(sector_hosts(wanted)) > 1
    if members.subject_type != PUBLIC_SUBJECT and several and not members.sector_identifier_uri:
        yield (
            "sector_identifier_uri",
            Text("The redirect URIs have several hosts, so pairwise ids need the address that lists them all."),
        )
    if sum(getattr(members, name) is not None for name in CERTIFICATE_NAMES) > 1:
        yield (CERTIFICATE_NAMES[0], Text("One name of its certificate is enough (RFC 8705 section 2.1.2)."))
    if members.frontchannel_logout_session_required and members.frontchannel_logout_uri is None:
        yield (
            "frontchannel_logout_session_required",
            Text("A session id needs a front-channel logout URI to send it to."),
        )
    if members.backchannel_token_delivery_mode == PING and not members.backchannel_client_notification_endpoint:
        yield ("backchannel_client_notification_endpoint", Text("The mode ping needs an address that can be told."))


def _encryption_agreement(wanted: Registration) -> Iterator[Fault]:
    """Yield each `..._enc` without its `..._alg` (OpenID Connect Dynamic Client Registration 1.0 section 2)."""
    for name in MEMBERS:
        alg = name.removesuffix("_enc") + "_alg"
        if name.endswith("_enc") and getattr(wanted.metadata, name) and not getattr(wanted.metadata, alg):
            yield (name, Text("{name} needs {other} beside it.", name=name, other=alg))


def _profile_agreement(wanted: Registration, profile: SecurityProfile) -> Iterator[Fault]:
    """Yield what a member of the profile does not allow, each with its remedy."""
    method = wanted.token_endpoint_auth_method
    if not wanted.require_pkce and not profile.pkce_optional_allowed:
        yield ("require_pkce", _refused(profile, Text("PKCE is required. Turn it on.")))
    if profile.auth_methods and method not in profile.auth_methods:
        said = Text("the app proves itself with one of {all}. Choose one.", all=", ".join(profile.auth_methods))
        yield ("token_endpoint_auth_method", _refused(profile, said))
    elif method in SENT_SECRETS and not (wanted.strict_auth_method or profile.either_secret_method_allowed):
        yield ("strict_auth_method", _refused(profile, SEND_ONE_WAY))
    if profile.signing_algorithms:
        yield from _algorithm_problems(wanted, profile)


def _algorithm_problems(wanted: Registration, profile: SecurityProfile) -> Iterator[Fault]:
    chosen = {"id_token_signed_response_alg": wanted.id_token_signed_response_alg}
    chosen |= {name: value for name in ALGORITHMS if (value := getattr(wanted.metadata, name))}
    said = Text("the algorithm is one of {all}. Choose one.", all=", ".join(profile.signing_algorithms))
    for name, value in chosen.items():
        if value not in profile.signing_algorithms:
            yield (name, _refused(profile, said))


def _refused(profile: SecurityProfile, said: Text) -> Text:
    return Text("In the security profile {name}, {said}", name=profile.name, said=said)
