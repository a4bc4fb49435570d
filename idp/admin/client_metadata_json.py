"""Client metadata as JSON (RFC 7591 section 2, OpenID Connect Dynamic Client Registration 1.0 section 2). Pure.

    JSON of a client  --read_registration-->  Registration  --client_rules-->  stored  --to_json-->  JSON of an answer

Members that we do not know are ignored, null is the same as left out, and a wrong type is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from idp.admin import client_members, client_uris
from idp.admin.client_member import Kind
from idp.admin.client_members import MEMBERS
from idp.admin.client_proof import proof_of
from idp.admin.client_rules import Problem, Registration
from idp.claims.standard import OFFLINE_ACCESS
from idp.kernel.client_auth_methods import CLIENT_SECRET_BASIC, NONE, SENT_SECRET_METHODS
from idp.kernel.grant_types import AUTHORIZATION_CODE, CIBA, IMPLICIT, REFRESH_TOKEN
from idp.persistence.client_metadata import DEFAULTS, ClientMetadata, changed_members
from idp.persistence.clients import Client
from idp.signing.algorithms import OWN

INVALID_METADATA, INVALID_REDIRECT_URI = "invalid_client_metadata", "invalid_redirect_uri"
UNAPPROVED_STATEMENT = "unapproved_software_statement"
GRANTS = (AUTHORIZATION_CODE, REFRESH_TOKEN, IMPLICIT, CIBA)
"""Others act without a person, which is for administrators to allow."""
TEXTS = ("client_name", "client_uri", "policy_uri", "tos_uri", "backchannel_logout_uri")
LISTS = ("redirect_uris", "post_logout_redirect_uris")
T = TypeVar("T")
SOME_INPUT = frozenset({"uri", "scope"})
"""Values of sentences that repeat what was sent."""


class InvalidMetadata(Exception):
    """The metadata cannot be registered: an error code of RFC 7591 section 3.2.2, and a sentence for its developer."""

    def __init__(self, description: str, code: str = INVALID_METADATA) -> None:
        super().__init__(description)
        self.code, self.description = code, description


def read_registration(
    body: Mapping[str, Any], present: Registration, *, scopes: tuple[str, ...], response_types: tuple[str, ...]
) -> Registration:
    """Return the registration that the JSON asks for, over what administrators set in the `present` one.

    `scopes` and `response_types` are those that it may have. What it leaves out gets its default (RFC 7592
    section 2.2). An administrator called the client first-party as it was: with other redirect URIs or another proof
    of who it is, it is first-party no more.

    Raises:
        InvalidMetadata: a member has a wrong type, or asks for what is for administrators to allow.
    """
    if body.get("software_statement") is not None:
        raise InvalidMetadata("software statements are not accepted here", UNAPPROVED_STATEMENT)
    method = _read(body, "token_endpoint_auth_method", str) or CLIENT_SECRET_BASIC
    types = _read_response_types(body, response_types)
    grants = _read_grants(body, types)
    _check_implicit(body, grants)
    values: dict[str, Any] = {
        **{name: _read(body, name, str) for name in TEXTS},
        **{name: tuple(_read_list(body, name)) for name in LISTS},
        "client_name": _read_name(body),
        "token_endpoint_auth_method": method,
        "strict_auth_method": present.strict_auth_method and method in SENT_SECRET_METHODS,
        "require_pkce": present.require_pkce or method == NONE,
        "grant_types": grants,
        "response_types": tuple(types),
        "scopes": _read_scopes(body, scopes, grants),
        "jwks": _read(body, "jwks", dict),
        "id_token_signed_response_alg": _read(body, "id_token_signed_response_alg", str) or OWN[0],
        "default_max_age": _read(body, "default_max_age", int),
        "backchannel_logout_session_required": bool(_read(body, "backchannel_logout_session_required", bool)),
        "metadata": _read_members(body, present.metadata),
    }
    wanted = replace(present, **values)
    return replace(wanted, first_party=present.first_party and _identity(wanted) == _identity(present))


def _identity(registration: Registration) -> tuple[Any, ...]:
    """Return where people are sent back to, and how the client proves who it is."""
    return frozenset(registration.redirect_uris), *proof_of(registration)


def to_json(client: Client) -> dict[str, Any]:
    """Return everything that is registered about a client and is its own business."""
    optional = {name: getattr(client, name) for name in (*TEXTS, "jwks", "default_max_age")}
    optional |= {"post_logout_redirect_uris": client.post_logout_redirect_uris or None}
    if client.backchannel_logout_uri:
        optional["backchannel_logout_session_required"] = client.backchannel_logout_session_required
    members = changed_members(client.metadata)
    return {
        "client_id": client.client_id,
        "client_id_issued_at": client.created_at,
        "redirect_uris": client.redirect_uris,
        "response_types": client.response_types,
        "grant_types": client.grant_types,
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "scope": " ".join(client.scopes),
        "id_token_signed_response_alg": client.id_token_signed_response_alg,
        "subject_type": client.metadata.subject_type,
        "application_type": client.metadata.application_type,
        **{name: value for name, value in optional.items() if value is not None},
        **{name: value for name, value in members.items() if not MEMBERS[name].administrative},
    }


def error_of(problem: Problem) -> InvalidMetadata:
    """Return the error for a fault; its sentence repeats nothing that was sent."""
    name = {"scopes": "scope"}.get(problem.field, problem.field)
    values = problem.text.values
    description = str(values.get("why", "it cannot be registered")) if SOME_INPUT & values.keys() else str(problem.text)
    code = INVALID_REDIRECT_URI if name == "redirect_uris" else INVALID_METADATA
    return InvalidMetadata(f"{name}: {description}".replace('"', "'"), code)


def _read(body: Mapping[str, Any], name: str, kind: type[T]) -> T | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        expected = {str: "a string", int: "a number", bool: "true or false", list: "an array", dict: "an object"}[kind]
        raise InvalidMetadata(f"{name}: it must be {expected}", _code_for(name))
    return value


def _read_list(body: Mapping[str, Any], name: str) -> list[str]:
    values = _read(body, name, list) or []
    if not all(isinstance(value, str) for value in values):
        raise InvalidMetadata(f"{name}: it must be an array of strings", _code_for(name))
    return list(dict.fromkeys(values))


def _code_for(name: str) -> str:
    return INVALID_REDIRECT_URI if name == "redirect_uris" else INVALID_METADATA


def _read_name(body: Mapping[str, Any]) -> str:
    """Return what people see; of a client without a name it is the host that they are sent back to."""
    uris = _read_list(body, "redirect_uris")
    return _read(body, "client_name", str) or (client_uris.host_of(uris[0]) if uris else "")


def _read_response_types(body: Mapping[str, Any], allowed: tuple[str, ...]) -> list[str]:
    """Return the response types, whose words may come in any order (Multiple Response Types section 3)."""
    if body.get("response_types") == [] and CIBA in _read_list(body, "grant_types"):
        return []  # nobody is sent to such a client
    known = {frozenset(name.split()): name for name in allowed}
    types = [known.get(frozenset(each.split()), "") for each in _read_list(body, "response_types") or ["code"]]
    if not all(types):
        raise InvalidMetadata(f"response_types: only {', '.join(allowed)} can be registered here")
    return types


def _read_grants(body: Mapping[str, Any], types: list[str]) -> tuple[str, ...]:
    """Return the grant types, which must fit the response types (RFC 7591 section 2.1)."""
    grants = tuple(_read_list(body, "grant_types") or [AUTHORIZATION_CODE])
    words = {word for each in types for word in each.split()}
    needed = {AUTHORIZATION_CODE if word == "code" else IMPLICIT for word in words}
    if not set(grants) <= set(GRANTS):
        raise InvalidMetadata(f"grant_types: only {', '.join(GRANTS)} can be registered here")
    if needed != set(grants) - {REFRESH_TOKEN, CIBA}:
        raise InvalidMetadata("grant_types: they do not fit the response_types (RFC 7591 section 2.1)")
    return grants


def _check_implicit(body: Mapping[str, Any], grants: tuple[str, ...]) -> None:
    """Raise `InvalidMetadata` for tokens that would be sent to this machine or without TLS (Registration section 2)."""
    native = body.get("application_type") == "native"
    if IMPLICIT in grants and not native and any(map(client_uris.is_insecure, _read_list(body, "redirect_uris"))):
        raise InvalidMetadata("redirect_uris: the grant implicit needs https, and no localhost", INVALID_REDIRECT_URI)


def _read_scopes(body: Mapping[str, Any], allowed: tuple[str, ...], grants: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scopes that it asks for and may have; without any, all of them."""
    wanted = _read(body, "scope", str)
    usable = [scope for scope in allowed if scope != OFFLINE_ACCESS or REFRESH_TOKEN in grants]
    found = tuple(scope for scope in usable if wanted is None or scope in wanted.split())
    if not found:
        raise InvalidMetadata("scope: none of these scopes can be registered here")
    return found


def _read_members(body: Mapping[str, Any], present: ClientMetadata) -> ClientMetadata:
    values: dict[str, Any] = {}
    for name, member in MEMBERS.items():
        if member.administrative:
            values[name] = getattr(present, name)
        elif member.is_list:
            values[name] = _read_list(body, name)
        else:
            values[name] = _read(body, name, bool if member.kind is Kind.FLAG else str)
    return client_members.with_members(DEFAULTS, values)
