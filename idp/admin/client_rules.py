"""What a registration must be: each field by itself, then the fields among each other. Pure.

The names are those of RFC 7591 and OpenID Connect Dynamic Client Registration 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from idp.admin import (
    certificate_rules,
    ciba_rules,
    client_key_rules,
    client_scope_rules,
    client_uris,
    profile_rules,
    response_rules,
)
from idp.admin.client_member_rules import member_problems
from idp.claims.standard import OFFLINE_ACCESS
from idp.consent import decision
from idp.kernel.client_auth_methods import CLIENT_SECRET_BASIC, METHODS, NONE, PRIVATE_KEY_JWT, SENT_SECRET_METHODS
from idp.kernel.clock import DAY
from idp.kernel.colors import Color
from idp.kernel.grant_types import (
    AUTHORIZATION_CODE,
    CIBA,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    GRANT_TYPES,
    IMPLICIT,
    JWT_BEARER,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from idp.kernel.text import Text
from idp.login.policy.assurance import LEVELS, Level, best_of_all
from idp.persistence.client_metadata import DEFAULTS, ClientMetadata
from idp.signing.algorithms import OWN
from idp.web import client_colors

MORE_RULES = (
    certificate_rules.problems,
    profile_rules.problems,
    member_problems,
    response_rules.problems,
    ciba_rules.problems,
)
LONGEST_NAME = 100
LONGEST_MAX_AGE = 365 * DAY
LIFETIMES = {
    "access_token_lifetime": (30, DAY),
    "id_token_lifetime": (30, DAY),
    "refresh_token_lifetime": (60, 365 * DAY),
}
"""Field -> least and most seconds; the ranges of the settings for all apps."""
MOST_LISTED = 100
"""Scopes, or addresses of a kind, of one app."""
MOST_CHOSEN = 200
"""People, or groups, of one app: every request of it reads them."""

_CLIENT_ID = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~-]{1,100}")
"""Not `.` and `..`: browsers take them out of addresses."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The fields of a client that an administrator sets."""

    client_id: str
    client_name: str
    redirect_uris: Sequence[str] = ()
    post_logout_redirect_uris: Sequence[str] = ()
    web_origins: Sequence[str] = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    grant_types: Sequence[str] = (AUTHORIZATION_CODE, REFRESH_TOKEN)
    response_types: Sequence[str] = response_rules.ONLY_CODE
    scopes: Sequence[str] = ("openid", "profile", "email")
    token_endpoint_auth_method: str = CLIENT_SECRET_BASIC
    strict_auth_method: bool = False
    jwks: dict[str, Any] | None = None
    first_party: bool = False
    min_acr: str | None = None
    client_uri: str | None = None
    default_max_age: int | None = None
    require_pkce: bool = True
    id_token_signed_response_alg: str = OWN[0]
    id_token_scope_claims: bool = False
    policy_uri: str | None = None
    tos_uri: str | None = None
    accent_color: str | None = None
    remembered_device_accepted: bool = True
    restricted: bool = False
    allowed_user_ids: Sequence[str] = ()
    allowed_group_ids: Sequence[str] = ()
    access_token_lifetime: int | None = None
    id_token_lifetime: int | None = None
    refresh_token_lifetime: int | None = None
    metadata: ClientMetadata = DEFAULTS


@dataclass(frozen=True)
class Problem:
    """A fault of a registration: the field, and a sentence with the remedy."""

    field: str
    text: Text


def problems(wanted: Registration, *, attesting: bool, present_scopes: Collection[str] = ()) -> list[Problem]:
    """Return all faults of a registration; empty when there is none.

    `attesting`: makers of security keys are trusted here, so that `phrh` can be reached. `present_scopes`: what the
    client has already, which stays whatever its names are, and the scopes of APIs.
    """
    if too_long := [*_lengths(wanted)]:
        return too_long
    return [
        *_fields(wanted, best_of_all(attested=attesting)),
        *(Problem(*found) for found in client_scope_rules.problems(set(wanted.scopes) - set(present_scopes))),
        *_access(wanted),
        *_addresses(wanted),
        *_agreement(wanted),
        *_method_agreement(wanted),
        *_logout_agreement(wanted),
        *(Problem(*found) for rules in MORE_RULES for found in rules(wanted)),
    ]


def _lengths(wanted: Registration) -> Iterator[Problem]:
    """Yield the lists that are too long; nothing in them is looked at, since each line costs time."""
    for name in ("scopes", "redirect_uris", "post_logout_redirect_uris", "web_origins"):
        if len(getattr(wanted, name)) > MOST_LISTED:
            yield Problem(name, Text("A list has at most {most} lines.", most=MOST_LISTED))


def _fields(wanted: Registration, best: Level) -> Iterator[Problem]:
    if not _CLIENT_ID.fullmatch(wanted.client_id):
        yield Problem(
            "client_id", Text("A client id has 1 to 100 letters, digits and any of . _ ~ - in it, not only dots.")
        )
    name = wanted.client_name
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        sentence = Text("The name is shown to people: give 1 to {most} printable characters.", most=LONGEST_NAME)
        yield Problem("client_name", sentence)
    if wanted.accent_color is not None and (why := _color_problem(wanted.accent_color)):
        yield Problem("accent_color", why)
    if wanted.token_endpoint_auth_method not in METHODS:
        sentence = Text("The authentication method must be one of {all}.", all=", ".join(METHODS))
        yield Problem("token_endpoint_auth_method", sentence)
    if not wanted.grant_types or set(wanted.grant_types) - set(GRANT_TYPES):
        yield Problem("grant_types", Text("Grants must be some of {all}.", all=", ".join(GRANT_TYPES)))
    yield from _sign_in_fields(wanted, best)


def _color_problem(color: str) -> Text | None:
    """Return why people could not read a page with this accent colour."""
    try:
        accent = Color.parse(color)
    except ValueError:
        return Text("A colour is # and six digits or letters from a to f, such as {example}.", example="#0b5c4c")
    if client_colors.is_readable(accent):
        return None
    return Text("Text in this colour is hard to read on white. Choose a darker one.")


def _sign_in_fields(wanted: Registration, best: Level) -> Iterator[Problem]:
    reachable = [acr for acr, level in LEVELS.items() if level <= best]
    if wanted.min_acr is not None and wanted.min_acr not in reachable:
        yield Problem("min_acr", Text("The least acr must be one of {all}.", all=", ".join(reachable)))
    if wanted.id_token_signed_response_alg not in OWN:
        sentence = Text("The algorithm of ID tokens must be one of {all}.", all=", ".join(OWN))
        yield Problem("id_token_signed_response_alg", sentence)
    if wanted.default_max_age is not None and not 0 <= wanted.default_max_age <= LONGEST_MAX_AGE:
        sentence = Text("The default max_age must be 0 to {most} seconds.", most=LONGEST_MAX_AGE)
        yield Problem("default_max_age", sentence)
    for name, (least, most) in LIFETIMES.items():
        value = getattr(wanted, name)
        if value is not None and not least <= value <= most:
            yield Problem(name, Text("The lifetime must be {least} to {most} seconds.", least=least, most=most))


def _access(wanted: Registration) -> Iterator[Problem]:
    """Yield what is wrong with the choice of people who may use it."""
    for name in ("allowed_user_ids", "allowed_group_ids"):
        chosen = getattr(wanted, name)
        if len(chosen) > MOST_CHOSEN:
            yield Problem(name, Text("At most {most} can be chosen here. Put them into a group.", most=MOST_CHOSEN))
        if chosen and not wanted.restricted:
            yield Problem("restricted", Text("It is open to everybody, so nobody in particular can be chosen."))


def _addresses(wanted: Registration) -> Iterator[Problem]:
    public = wanted.token_endpoint_auth_method == NONE
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        for uri in getattr(wanted, name):
            if why := client_uris.redirect_problem(uri, public=public):
                yield Problem(name, Text("{uri} cannot be a redirect URI: {why}.", uri=repr(uri), why=why))
    for origin in wanted.web_origins:
        if why := client_uris.origin_problem(origin):
            yield Problem("web_origins", Text("{uri} cannot be a web origin: {why}.", uri=repr(origin), why=why))
    yield from _pages(wanted)


def _pages(wanted: Registration) -> Iterator[Problem]:
    for name in ("client_uri", "policy_uri", "tos_uri"):
        uri = getattr(wanted, name)
        if uri is not None and (why := client_uris.home_page_problem(uri)):
            yield Problem(name, Text("{uri} cannot be a home page: {why}.", uri=repr(uri), why=why))
    uri = wanted.backchannel_logout_uri
    if uri is not None and (why := client_uris.back_channel_problem(uri)):
        sentence = Text("{uri} cannot be told of a logout: {why}.", uri=repr(uri), why=why)
        yield Problem("backchannel_logout_uri", sentence)


def _agreement(wanted: Registration) -> Iterator[Problem]:
    """Yield where one field contradicts another."""
    grants = set(wanted.grant_types)
    if grants & {AUTHORIZATION_CODE, IMPLICIT} and not wanted.redirect_uris:
        yield Problem(
            "redirect_uris",
            Text("The grant authorization_code needs at least one redirect URI: people must be sent back somewhere."),
        )
    if REFRESH_TOKEN in grants and grants.isdisjoint({AUTHORIZATION_CODE, DEVICE_CODE, CIBA}):
        yield Problem(
            "grant_types",
            Text("The grant refresh_token needs authorization_code beside it: a refresh token comes from a sign-in."),
        )
    if OFFLINE_ACCESS in wanted.scopes and REFRESH_TOKEN not in grants:
        yield Problem("scopes", Text("The scope offline_access needs the grant refresh_token."))


def _method_agreement(wanted: Registration) -> Iterator[Problem]:
    """Yield what contradicts the way the client authenticates."""
    method = wanted.token_endpoint_auth_method
    if CLIENT_CREDENTIALS in wanted.grant_types and method == NONE:
        yield Problem(
            "grant_types",
            Text("A public client cannot use client_credentials: it cannot prove itself (RFC 6749 section 4.4)."),
        )
    if TOKEN_EXCHANGE in wanted.grant_types and method == NONE:
        yield Problem("grant_types", Text("A public client cannot exchange tokens: it cannot prove itself."))
    if JWT_BEARER in wanted.grant_types and method == NONE:
        yield Problem("grant_types", Text("A public client cannot use assertions: it cannot prove itself."))
    if method == NONE and not wanted.require_pkce:
        yield Problem(
            "require_pkce",
            Text("A public client cannot do without PKCE: nothing else ties a code to the app that asked for it."),
        )
    if wanted.strict_auth_method and method not in SENT_SECRET_METHODS:
        yield Problem(
            "strict_auth_method", Text("Strict means one of the two ways to send a secret; this client has no secret.")
        )
    if wanted.first_party and any(decision.is_impersonable(method, uri) for uri in wanted.redirect_uris):
        yield Problem(
            "first_party",
            Text(
                "A public client on localhost or with a scheme of its own cannot be first-party: any app on the same "
                "machine can claim to be it, so people must be asked (RFC 8252 section 8.6)."
            ),
        )
    needed = method == PRIVATE_KEY_JWT
    found = client_key_rules.problems(wanted.jwks, wanted.metadata.jwks_uri, needed=needed)
    yield from (Problem(field, text) for field, text in found)


def _logout_agreement(wanted: Registration) -> Iterator[Problem]:
    if wanted.backchannel_logout_session_required and wanted.backchannel_logout_uri is None:
        yield Problem(
            "backchannel_logout_session_required",
            Text("A session id in the logout token needs a back-channel logout URI to send it to."),
        )
    if wanted.backchannel_logout_uri is not None and AUTHORIZATION_CODE not in wanted.grant_types:
        yield Problem(
            "backchannel_logout_uri",
            Text(
                "A back-channel logout URI needs the grant authorization_code: without sign-ins there are no logouts."
            ),
        )
