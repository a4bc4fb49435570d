"""Options that describe a client, shared by `idp clients add` and `idp clients set`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from idp.admin import Refused, client_members, users
from idp.admin.client_member import Kind, Member
from idp.admin.client_members import MEMBERS, PROFILE_TEXTS
from idp.config.tokens import RESPONSE_TYPES
from idp.kernel import strict_json
from idp.kernel.client_auth_methods import CLIENT_SECRET_BASIC, METHODS, NONE
from idp.kernel.grant_types import GRANT_TYPES
from idp.login.policy.assurance import LEVELS
from idp.persistence.client_metadata import ClientMetadata
from idp.persistence.transaction import Transaction
from idp.signing.algorithms import OWN

Command = TypeVar("Command", bound=Callable[..., Any])

REQUIRED, OPTIONAL = "required", "optional"
REQUESTED, SCOPE = "requested", "scope"
LISTS = {
    "redirect_uri": "redirect_uris",
    "post_logout_redirect_uri": "post_logout_redirect_uris",
    "web_origin": "web_origins",
    "grant": "grant_types",
    "response_type": "response_types",
    "scope": "scopes",
    "allow_user": "allowed_user_ids",
    "allow_group": "allowed_group_ids",
}
"""Repeatable option -> field."""
SINGLE = {
    "name": "client_name",
    "auth_method": "token_endpoint_auth_method",
    "strict_auth_method": "strict_auth_method",
    "first_party": "first_party",
    "min_acr": "min_acr",
    "backchannel_logout_uri": "backchannel_logout_uri",
    "backchannel_logout_session_required": "backchannel_logout_session_required",
    "home_page": "client_uri",
    "privacy_policy": "policy_uri",
    "terms": "tos_uri",
    "accent_color": "accent_color",
    "remembered_device": "remembered_device_accepted",
    "restricted": "restricted",
    "access_token_lifetime": "access_token_lifetime",
    "id_token_lifetime": "id_token_lifetime",
    "refresh_token_lifetime": "refresh_token_lifetime",
    "default_max_age": "default_max_age",
    "id_token_alg": "id_token_signed_response_alg",
}
"""Option -> field that takes its value as it is."""
REMOVABLE = {
    "min-acr": "min_acr",
    "home-page": "client_uri",
    "privacy-policy": "policy_uri",
    "terms": "tos_uri",
    "accent-color": "accent_color",
    "access-token-lifetime": "access_token_lifetime",
    "id-token-lifetime": "id_token_lifetime",
    "refresh-token-lifetime": "refresh_token_lifetime",
    "default-max-age": "default_max_age",
    "backchannel-logout-uri": "backchannel_logout_uri",
    "jwks": "jwks",
}
"""What `--unset` takes, beside the members -> field that may be empty."""
FLAGS = {"true": True, "false": False}

OPTIONS = (
    click.option("--redirect-uri", multiple=True, help="Exactly where people are sent back to; may be repeated."),
    click.option("--post-logout-redirect-uri", multiple=True, help="Where they may go after signing out; repeatable."),
    click.option("--web-origin", multiple=True, help="Scripts from there may read tokens (CORS); repeatable."),
    click.option("--backchannel-logout-uri", help="Where it wants to be told when somebody's session ends."),
    click.option("--backchannel-logout-session-required/--no-backchannel-logout-session-required", default=None,
                 help="It tells sessions apart by their id (sid)."),
    click.option("--public", is_flag=True, help="An app that cannot keep a secret: on a phone, or in a browser."),
    click.option("--auth-method", type=click.Choice(METHODS), help=f"Default: {CLIENT_SECRET_BASIC}."),
    click.option("--strict-auth-method/--no-strict-auth-method", default=None,
                 help="Only this method; otherwise a secret is accepted by Basic and in the form."),
    click.option("--pkce", type=click.Choice([REQUIRED, OPTIONAL]), help="Default: required."),
    click.option("--jwks-file", type=click.Path(path_type=Path), help="Its public keys, for what it signs."),
    click.option("--grant", multiple=True, type=click.Choice(GRANT_TYPES),
                 help="Default: authorization_code refresh_token."),
    click.option("--response-type", multiple=True, type=click.Choice(RESPONSE_TYPES), metavar="TYPE",
                 help="Default: code; others only where IDP_RESPONSE_TYPES names them."),
    click.option("--scope", multiple=True, help="What it may ask for; repeatable. Default: openid profile email."),
    click.option("--first-party/--no-first-party", default=None,
                 help="One of our own: people are not asked for consent."),
    click.option("--min-acr", type=click.Choice(list(LEVELS)), help="The least level of sign-in it accepts."),
    click.option("--home-page", help="Where the app begins; people are led back there when they are done."),
    click.option("--privacy-policy", help="Its privacy policy, linked where people sign in and agree."),
    click.option("--terms", help="Its terms of service, linked there as well."),
    click.option("--accent-color", metavar="#RRGGBB", help="Of buttons and links where people sign in to it."),
    click.option("--remembered-device/--no-remembered-device", default=None,
                 help="A remembered device may stand in for the second step (the default)."),
    click.option("--restricted/--everybody", default=None,
                 help="Only people and groups that are named may use it; the default is everybody."),
    click.option("--allow-user", multiple=True, metavar="NAME", help="Somebody who may use it; repeatable."),
    click.option("--allow-group", multiple=True, metavar="NAME", help="A group that may use it; repeatable."),
    click.option("--access-token-lifetime", type=int, metavar="SECONDS", help="Default: the setting for all apps."),
    click.option("--id-token-lifetime", type=int, metavar="SECONDS", help="Default: the setting for all apps."),
    click.option("--refresh-token-lifetime", type=int, metavar="SECONDS", help="Default: the setting for all apps."),
    click.option("--default-max-age", type=int, metavar="SECONDS",
                 help="People sign in anew when the last time is longer ago."),
    click.option("--id-token-alg", type=click.Choice(OWN), help=f"What its ID tokens are signed with. "
                 f"Default: {OWN[0]}."),
    click.option("--id-token-claims", type=click.Choice([REQUESTED, SCOPE]),
                 help="Its ID tokens hold claims asked for one by one (the default), or those of its scopes too."),
    click.option("--profile", type=click.Choice(list(PROFILE_TEXTS)), help="Its security profile. " +
                 " ".join(f"{name}: {text}" for name, text in PROFILE_TEXTS.items())),
    click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE",
                 help="Any other member of its registration; repeatable. `idp clients members` explains all."),
)  # fmt: skip


def registration_options(command: Command) -> Command:
    """Add the options that describe a client; `chosen_fields` reads them."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def change_options(command: Command) -> Command:
    """Add `--add-...` and `--remove-...` for each list, and `--unset`; `changed_lists` reads the lists."""
    for name in reversed(LISTS):
        option = name.replace("_", "-")
        command = click.option(f"--remove-{option}", multiple=True, help=f"One {option} less; repeatable.")(command)
        command = click.option(f"--add-{option}", multiple=True, help=f"One {option} more; repeatable.")(command)
    unsettable = click.Choice([*REMOVABLE, *MEMBERS])
    return click.option("--unset", multiple=True, type=unsettable, metavar="NAME", help="Leave empty.")(command)


def with_ids(tx: Transaction, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with the ids of the people and groups that they name.

    Raises:
        Refused: there is no such person or group.
    """
    found = dict(given)
    for prefix in ("", "add_", "remove_"):
        if names := given.get(f"{prefix}allow_user"):
            found[f"{prefix}allow_user"] = tuple(users.find(tx, name).id for name in names)
        if names := given.get(f"{prefix}allow_group"):
            found[f"{prefix}allow_group"] = tuple(_find_group(tx, name) for name in names)
    return found


def _find_group(tx: Transaction, name: str) -> str:
    group = tx.groups.by_name(name)
    if group is None:
        raise Refused(f"There is no group {name!r}.")
    return group.id


def chosen_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a registration that the options name.

    Raises:
        Refused: options contradict each other, or the file of keys cannot be read.
    """
    if given["public"] and given["auth_method"] not in {None, NONE}:
        method = given["auth_method"]
        raise Refused(f"--public means that the app has nothing to prove itself with, not even {method}.")
    chosen = {field: given[option] for option, field in SINGLE.items() if given[option] is not None}
    chosen |= {field: given[option] for option, field in LISTS.items() if given[option]}
    if given["public"]:
        chosen["token_endpoint_auth_method"] = NONE
    if given["jwks_file"]:
        chosen["jwks"] = read_jwks(given["jwks_file"])
    if given["pkce"]:
        chosen["require_pkce"] = given["pkce"] == REQUIRED
    if given["id_token_claims"]:
        chosen["id_token_scope_claims"] = given["id_token_claims"] == SCOPE
    return chosen


def changed_lists(given: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lists that `--add-...` and `--remove-...` change, from those `present` (field -> values).

    Raises:
        Refused: something to remove is not there.
    """
    changed: dict[str, Any] = {}
    for option, field in LISTS.items():
        more, less = given[f"add_{option}"], given[f"remove_{option}"]
        if missing := [each for each in less if each not in present[field]]:
            name = option.replace("_", "-")
            raise Refused(f"There is no {name} {missing[0]!r} to remove. `idp clients show` lists them.")
        if more or less:
            changed[field] = [each for each in dict.fromkeys((*present[field], *more)) if each not in less]
    return changed


def chosen_members(given: Mapping[str, Any], present: ClientMetadata) -> ClientMetadata:
    """Return the optional members with those set or emptied that the options name.

    Raises:
        Refused: there is no such member, or its value cannot be read.
    """
    values: dict[str, Any] = {name: None for name in given.get("unset", ()) if name in MEMBERS}
    if given["profile"]:
        values["security_profile"] = given["profile"]
    for assignment in given["assignments"]:
        name, found, text = assignment.partition("=")
        if not found or name not in MEMBERS:
            raise Refused(f"{assignment!r} is not NAME=VALUE of a member. `idp clients members` lists them all.")
        values[name] = _read_value(MEMBERS[name], text)
    return client_members.with_members(present, values)


def _read_value(member: Member, text: str) -> str | bool | list[str]:
    if member.kind is not Kind.FLAG:
        return text.split() if member.is_list else text
    if text not in FLAGS:
        raise Refused(f"{member.name} is true or false.")
    return FLAGS[text]


def read_jwks(path: Path) -> dict[str, Any]:
    """Return the JWK Set in a file; raises `Refused` when there is none."""
    try:
        content = strict_json.parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read as a JWK Set: {error}") from None
    if not isinstance(content, dict):
        raise Refused(f'{path} is not a JWK Set: it must look like {{"keys": [...]}} (RFC 7517 section 5).')
    return content
