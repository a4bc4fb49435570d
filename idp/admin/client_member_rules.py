"""What optional members of a registration require by themselves, and of each other. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from idp.admin import client_uris
from idp.admin.client_members import MEMBERS
from idp.kernel.text import Text
from idp.persistence.client_metadata import PUBLIC_SUBJECT

if TYPE_CHECKING:
    from idp.admin.client_rules import Registration

Fault = tuple[str, Text]
"""A member, and a sentence with the remedy."""


def member_problems(wanted: Registration) -> Iterator[Fault]:
    """Yield the faults of members by themselves, then where they contradict each other."""
    faults = [
        (name, fault) for name, member in MEMBERS.items() if (fault := member.fault(getattr(wanted.metadata, name)))
    ]
    yield from faults
    if not faults:
        yield from _agreement(wanted)
        yield from _encryption_agreement(wanted)


def sector_hosts(wanted: Registration) -> set[str]:
    """Return the hosts of the redirect URIs: the sector when there is only one (OpenID Connect Core section 8.1)."""
    return {client_uris.host_of(uri) for uri in wanted.redirect_uris}


def _agreement(wanted: Registration) -> Iterator[Fault]:
    members = wanted.metadata
    several = len(sector_hosts(wanted)) > 1
    if members.subject_type != PUBLIC_SUBJECT and several and not members.sector_identifier_uri:
        yield (
            "sector_identifier_uri",
            Text("The redirect URIs have several hosts, so pairwise ids need the address that lists them all."),
        )
    yield from _frontchannel_agreement(wanted)


def _frontchannel_agreement(wanted: Registration) -> Iterator[Fault]:
    """Yield what contradicts Front-Channel Logout 1.0 section 2."""
    uri = wanted.metadata.frontchannel_logout_uri
    if uri is not None and client_uris.origin_of(uri) not in {
        client_uris.origin_of(each) for each in wanted.redirect_uris
    }:
        yield (
            "frontchannel_logout_uri",
            Text("The page that signs people out must have the scheme, host and port of a redirect URI."),
        )
    if uri is None and wanted.metadata.frontchannel_logout_session_required:
        yield (
            "frontchannel_logout_session_required",
            Text("A session id needs a front-channel logout URI to send it to."),
        )


def _encryption_agreement(wanted: Registration) -> Iterator[Fault]:
    """Yield each `..._enc` without its `..._alg` (OpenID Connect Dynamic Client Registration 1.0 section 2)."""
    for name in MEMBERS:
        alg = name.removesuffix("_enc") + "_alg"
        if name.endswith("_enc") and getattr(wanted.metadata, name) and not getattr(wanted.metadata, alg):
            yield (name, Text("{name} needs {other} beside it.", name=name, other=alg))
