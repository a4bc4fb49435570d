"""What a registration must be: each field by itself, then the fields among each other. Pure.

The names are those of RFC 7591 and OpenID Connect Dynamic Client Registration 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from idp.config import LOOPBACK
from idp.kernel.clock import DAY
from idp.login.policy.assurance import LEVELS, Level, best_of_all
from idp.signing.algorithms import OWN
from idp.signing.client_jwts import usable_algorithms

PUBLIC = "none"
SECRET_METHODS = ("client_secret_basic", "client_secret_post")
PRIVATE_KEY_JWT = "private_key_jwt"
AUTH_METHODS = (*SECRET_METHODS, PRIVATE_KEY_JWT, PUBLIC)
CODE, REFRESH, CLIENT_CREDENTIALS = "authorization_code", "refresh_token", "client_credentials"
GRANT_TYPES = (CODE, REFRESH, CLIENT_CREDENTIALS)
OFFLINE_ACCESS = "offline_access"
LONGEST_NAME = 100
LONGEST_URI = 2000
LONGEST_MAX_AGE = 365 * DAY

_CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,100}")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")  # RFC 6749 section 3.3
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


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
    grant_types: Sequence[str] = (CODE, REFRESH)
    scopes: Sequence[str] = ("openid", "profile", "email")
    token_endpoint_auth_method: str = SECRET_METHODS[0]
    jwks: dict[str, Any] | None = None
    first_party: bool = False
    min_acr: str | None = None
    client_uri: str | None = None
    default_max_age: int | None = None
    id_token_signed_response_alg: str = OWN[0]


def problems(wanted: Registration, *, attesting: bool) -> list[str]:
    """Everything that is wrong with a registration, each as a sentence with its remedy; empty when it can be kept.

    `attesting`: makers of security keys are trusted here, so that `phrh` can be reached.
    """
    return [
        *_fields(wanted, best_of_all(attested=attesting)),
        *_addresses(wanted),
        *_agreement(wanted),
        *_logout_agreement(wanted),
    ]


def _fields(wanted: Registration, best: Level) -> Iterator[str]:
    if not _CLIENT_ID.fullmatch(wanted.client_id):
        yield "A client id has 1 to 100 letters, digits and any of . _ ~ - in it."
    name = wanted.client_name
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        yield f"The name is shown to people: give 1 to {LONGEST_NAME} printable characters."
    if wanted.token_endpoint_auth_method not in AUTH_METHODS:
        yield f"The authentication method must be one of {', '.join(AUTH_METHODS)}."
    if not wanted.grant_types or set(wanted.grant_types) - set(GRANT_TYPES):
        yield f"Grants must be some of {', '.join(GRANT_TYPES)}."
    for scope in wanted.scopes:
        if not _SCOPE.fullmatch(scope):
            yield f"{scope!r} cannot be a scope: no spaces, quotes or backslashes, ASCII only (RFC 6749 section 3.3)."
    yield from _sign_in_fields(wanted, best)


def _sign_in_fields(wanted: Registration, best: Level) -> Iterator[str]:
    reachable = [acr for acr, level in LEVELS.items() if level <= best]
    if wanted.min_acr is not None and wanted.min_acr not in reachable:
        yield f"The least acr must be one of {', '.join(reachable)}."
    if wanted.id_token_signed_response_alg not in OWN:
        yield f"The algorithm of ID tokens must be one of {', '.join(OWN)}."
    if wanted.default_max_age is not None and not 0 <= wanted.default_max_age <= LONGEST_MAX_AGE:
        yield f"The default max_age must be 0 to {LONGEST_MAX_AGE} seconds."


def _addresses(wanted: Registration) -> Iterator[str]:
    public = wanted.token_endpoint_auth_method == PUBLIC
    for uri in (*wanted.redirect_uris, *wanted.post_logout_redirect_uris):
        if problem := _uri_problem(uri, public=public):
            yield f"{uri!r} cannot be a redirect URI: {problem}."
    for origin in wanted.web_origins:
        parts = _parsed(origin)
        if parts is None or origin != f"{parts.scheme}://{parts.netloc}" or not _is_web(parts):
            yield f"{origin!r} cannot be a web origin: it must look like https://app.example.com, nothing behind it."
    if wanted.client_uri is not None and (problem := _home_page_problem(wanted.client_uri)):
        yield f"{wanted.client_uri!r} cannot be a home page: {problem}."
    if wanted.backchannel_logout_uri is not None and (problem := _call_problem(wanted.backchannel_logout_uri)):
        yield f"{wanted.backchannel_logout_uri!r} cannot be told of a logout: {problem}."


def _agreement(wanted: Registration) -> Iterator[str]:
    """Yield where one field contradicts another."""
    method, grants = wanted.token_endpoint_auth_method, set(wanted.grant_types)
    if CODE in grants and not wanted.redirect_uris:
        yield "The grant authorization_code needs at least one redirect URI: people must be sent back somewhere."
    if REFRESH in grants and CODE not in grants:
        yield "The grant refresh_token needs authorization_code beside it: a refresh token comes from a sign-in."
    if CLIENT_CREDENTIALS in grants and method == PUBLIC:
        yield "A public client cannot use client_credentials: it cannot prove itself (RFC 6749 section 4.4)."
    if OFFLINE_ACCESS in wanted.scopes and REFRESH not in grants:
        yield "The scope offline_access needs the grant refresh_token."
    if method == PRIVATE_KEY_JWT and not wanted.jwks:
        yield "private_key_jwt needs the client's public keys (a JWK Set)."
    if wanted.jwks is not None:
        yield from _jwks_problems(wanted.jwks, method)


def _logout_agreement(wanted: Registration) -> Iterator[str]:
    if wanted.backchannel_logout_session_required and wanted.backchannel_logout_uri is None:
        yield "A session id in the logout token needs a back-channel logout URI to send it to."
    if wanted.backchannel_logout_uri is not None and CODE not in wanted.grant_types:
        yield "A back-channel logout URI needs the grant authorization_code: without sign-ins there are no logouts."


def _jwks_problems(jwks: dict[str, Any], method: str) -> Iterator[str]:
    if method != PRIVATE_KEY_JWT:
        yield "Keys are for clients that authenticate with private_key_jwt; leave them out, or choose that."
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        yield 'The keys must be a JWK Set: {"keys": [...]} (RFC 7517 section 5).'
    elif any(member in key for key in keys for member in ("d", "k", "p", "q")):
        yield "The JWK Set holds a private or secret key. Give public keys only, and replace the one shown here."
    elif not any(usable_algorithms(key) for key in keys):
        yield "No key in the JWK Set can be used: RS256 or PS256 (2048 to 8192 bits), ES256 (P-256) or EdDSA (Ed25519)."


def _uri_problem(uri: str, *, public: bool) -> str:
    """Why an app must not be answered there (RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 2.1)."""
    parts = _parsed(uri)
    if parts is None or not parts.scheme or len(uri) > LONGEST_URI:
        return "it must be absolute, of plain ASCII, such as https://app.example.com/callback"
    if "#" in uri:
        return "it must not have a fragment"
    if parts.username is not None or parts.password is not None:
        return "it must not hold a user name"
    if "*" in parts.netloc or parts.path.endswith("*"):
        return "wildcards are not understood; register every address"
    return _scheme_problem(parts, public=public)


def _home_page_problem(uri: str) -> str:
    """Why people must not be sent there (OpenID Connect Dynamic Client Registration 1.0 section 2)."""
    parts = _parsed(uri)
    if parts is None or not _is_web(parts):
        return "it must be https, such as https://app.example.com; http is for localhost only"
    return _uri_problem(uri, public=False)


def _call_problem(uri: str) -> str:
    """Why we cannot post there (OpenID Connect Back-Channel Logout 1.0 section 2.2)."""
    parts = _parsed(uri)
    if parts is None or parts.scheme not in {"http", "https"} or not _is_web(parts):
        return "it must be https, such as https://app.example.com/backchannel-logout; http is for localhost only"
    return _uri_problem(uri, public=False)


def _scheme_problem(parts: SplitResult, *, public: bool) -> str:
    if parts.scheme in {"http", "https"}:
        return "" if _is_web(parts) else "it must be https; http is for localhost only"
    if not _PRIVATE_USE.fullmatch(parts.scheme):
        return "its scheme must be https, or a domain of yours turned round, such as com.example.app"
    return "" if public else "a scheme of its own is for apps on phones and desktops, which are public clients"


def _is_web(parts: SplitResult) -> bool:
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _parsed(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        well_formed = parts.port != 0
    except ValueError:
        return None
    return parts if well_formed and uri.isascii() and uri.isprintable() and not set(uri) & set(' "<>\\^`{|}') else None
