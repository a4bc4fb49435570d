"""Apps described by a file: what is in it is registered, whatever was registered before.

    {"shop": {"client_name": "Shop", "redirect_uris": [...], ...}}

    file          ──read_clients──▶  a WantedClient for each app, or every problem of the file
    WantedClient  ──apply──▶         added, changed, or unchanged

A member that an app leaves out has its default. People and groups are named, and claims are those of
`claim_mappings`. Apps that the file does not name stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from idp.admin import Refused, claim_mappings, client_members, clients, groups, users
from idp.admin.client_member import Kind
from idp.admin.client_members import MEMBERS
from idp.admin.client_rules import Registration
from idp.admin.clients import NothingChanged
from idp.admin.permissions import COMMAND_LINE
from idp.claims.mappings import ClaimMapping, parse
from idp.kernel.entropy import Entropy
from idp.persistence.client_metadata import DEFAULTS, changed_members
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.signing.client_secrets import OpenSealer

CLAIMS = "claims"
NAMES = ("allowed_users", "allowed_groups")
"""Members that have names, where a registration has ids."""
NO_MEMBERS = {"client_id", "metadata", "allowed_user_ids", "allowed_group_ids"}
JSON_TYPES = {
    "str": str,
    "str | None": str,
    "bool": bool,
    "int | None": int,
    "Sequence[str]": list,
    "dict[str, Any] | None": dict,
}
"""Annotation of a field of a registration -> what the value is in JSON."""
KIND_WORDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list of texts", dict: "an object"}


FIELDS = {field.name: JSON_TYPES[str(field.type)] for field in fields(Registration) if field.name not in NO_MEMBERS}
KINDS: Mapping[str, type] = (
    FIELDS
    | dict.fromkeys(NAMES, list)
    | {name: list if member.is_list else bool if member.kind is Kind.FLAG else str for name, member in MEMBERS.items()}
)
"""Members of a file, beside `claims`."""


@dataclass(frozen=True)
class WantedClient:
    """An app as a file describes it."""

    registration: Registration
    claims: tuple[ClaimMapping, ...]


@dataclass(frozen=True)
class AppliedClient:
    """What came of an app: `changed` are the members that are others now; `secret` is a new one, never seen again."""

    client_id: str
    is_new: bool
    changed: tuple[str, ...]
    secret: str | None


def read_clients(tx: Transaction, content: Mapping[str, Any]) -> list[WantedClient]:
    """Return the apps of a file.

    Raises:
        Refused: its `fields` are every member that cannot be read, such as "shop.redirect_uris".
    """
    found, problems = list[WantedClient](), dict[str, str]()
    for client_id, members in content.items():
        try:
            found.append(_read_client(tx, client_id, members))
        except Refused as error:
            problems |= {f"{client_id}.{name}" if name else client_id: text for name, text in error.fields.items()}
    if problems:
        raise Refused("\n".join(f"{name}: {text}" for name, text in problems.items()), fields=problems)
    return found


def apply(
    tx: Transaction, wanted: WantedClient, entropy: Entropy, *, attesting: bool, sealer: OpenSealer
) -> AppliedClient:
    """Register an app, or change it to what is wanted.

    Raises:
        Refused: naming everything that is wrong.
    """
    client_id = wanted.registration.client_id
    client = tx.clients.by_id(client_id, lock=True)
    changed, secret = list[str](), None
    if client is None:
        secret = clients.add(tx, wanted.registration, entropy, attesting=attesting, sealer=sealer)
    else:
        try:
            changed, secret = clients.change(
                tx, client, wanted.registration, entropy, attesting=attesting, sealer=sealer
            )
        except NothingChanged:
            changed = []
    stored = clients.find(tx, client_id, lock=True)
    if tuple(parse(stored.claim_mappings)) != wanted.claims:
        claim_mappings.replace_all(tx, COMMAND_LINE, stored, wanted.claims)
        changed.append(CLAIMS)
    return AppliedClient(client_id, client is None, tuple(changed) if client else (), secret)


def export(tx: Transaction, client: Client) -> dict[str, Any]:
    """Return what a file says of an app that is registered: members that differ from their default."""
    registration = clients.registration_of(client)
    defaults = {field.name: None if field.default is MISSING else field.default for field in fields(Registration)}
    values = {name: _plain(getattr(registration, name)) for name in FIELDS}
    chosen = {name: value for name, value in values.items() if value != _plain(defaults[name])}
    people = tx.users.by_ids(client.allowed_user_ids).values()
    names = {
        "allowed_users": sorted(user.username for user in people),
        "allowed_groups": sorted(group.name for group in tx.groups.by_ids(client.allowed_group_ids)),
        CLAIMS: claim_mappings.to_json(tx, parse(client.claim_mappings)),
    }
    return chosen | changed_members(client.metadata) | {name: value for name, value in names.items() if value}


def _read_client(tx: Transaction, client_id: str, members: object) -> WantedClient:
    if not isinstance(members, dict):
        raise Refused("An app is an object with members.", field="")
    problems = {name: fault for name, value in members.items() if (fault := _fault(name, value))}
    if not problems and "client_name" not in members:
        problems["client_name"] = "This is what people see; each app needs one."
    if problems:
        raise Refused(fields=problems)
    values = {name: value for name, value in members.items() if name in FIELDS}
    values["allowed_user_ids"] = [users.find(tx, name).id for name in members.get("allowed_users", ())]
    values["allowed_group_ids"] = [groups.find(tx, name).id for name in members.get("allowed_groups", ())]
    metadata = client_members.with_members(DEFAULTS, {name: members[name] for name in MEMBERS if name in members})
    claims = claim_mappings.from_json(tx, members.get(CLAIMS, []))
    return WantedClient(Registration(client_id=client_id, metadata=metadata, **values), tuple(claims))


def _fault(name: str, value: object) -> str | None:
    """Return why a member cannot be read."""
    if name == CLAIMS:
        return None
    if name not in KINDS:
        return "There is no such member. `idp clients export` shows how an app is written."
    kind = KINDS[name]
    right = all(isinstance(each, str) for each in value) if isinstance(value, list) else True
    return None if right and type(value) is kind else f"This must be {KIND_WORDS[kind]}."


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
