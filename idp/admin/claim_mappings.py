"""Claims that administrators add for an app, and what it would be told of a person by them.

As JSON, groups are named; stored are their ids, so that a group made later under the name of a removed one gives
nobody its values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from idp import audit
from idp.admin import Refused
from idp.admin.claim_mapping_rules import check
from idp.admin.permissions import Actor, Permission
from idp.audit import Event
from idp.claims import mappings
from idp.claims.mappings import ClaimMapping, Facts, Source, Target
from idp.claims.standard import OPENID, claims_of_scopes, standard_claims
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.groups import Group
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

MOST_APPS = 1000
"""Apps that are looked through for those that use a group or an attribute."""
TYPES: dict[str, tuple[type, ...]] = {
    "claim": (str,),
    "source": (str,),
    "targets": (list,),
    "value": (str, bool, int, float),
    "attribute": (str,),
    "prefix": (str,),
    "strip_prefix": (bool,),
    "values": (list,),
    "default": (str,),
    "multiple": (bool,),
    "scope": (str,),
}
"""Members of a claim as JSON."""


def put(tx: Transaction, actor: Actor, client: Client, mapping: ClaimMapping, *, replaces: str = "") -> None:
    """Add a claim, or change the one named `replaces`; `client` comes from `clients.find` with `lock`.

    Raises:
        Refused: it cannot be like this.
    """
    present = mappings.parse(client.claim_mappings)
    check(tx, client, mapping, [other for other in present if other.claim != replaces])
    if any(other.claim == replaces for other in present):
        wanted = [mapping if other.claim == replaces else other for other in present]
    else:
        wanted = [*present, mapping]
    _store(tx, actor, client, wanted)


def remove(tx: Transaction, actor: Actor, client: Client, claim: str) -> bool:
    """Remove a claim; False when there is none of this name."""
    present = mappings.parse(client.claim_mappings)
    wanted = [other for other in present if other.claim != claim]
    _store(tx, actor, client, wanted)
    return len(wanted) < len(present)


def replace_all(tx: Transaction, actor: Actor, client: Client, wanted: Sequence[ClaimMapping]) -> None:
    """Give an app these claims and no others; raises `Refused`."""
    for number, mapping in enumerate(wanted):
        check(tx, client, mapping, wanted[:number])
    _store(tx, actor, client, wanted)


def from_json(tx: Transaction, content: object) -> list[ClaimMapping]:
    """Return the claims that a JSON array describes, groups by name; raises `Refused`."""
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise Refused('Claims are a JSON array of objects: [{"claim": ..., "source": ..., "targets": [...]}].')
    return [_from_json(tx, each) for each in content]


def to_json(tx: Transaction, found: Sequence[ClaimMapping]) -> list[dict[str, Any]]:
    """Return claims as JSON, groups by name; groups that were removed are left out."""
    names = group_names(tx, found)
    shown = [mappings.to_stored(each) for each in found]
    for each in shown:
        if "values" in each:
            each["values"] = [
                {"group": names[pair["group"]].name, "value": pair["value"]}
                for pair in each["values"]
                if pair["group"] in names
            ]
    return shown


def group_names(tx: Transaction, found: Sequence[ClaimMapping]) -> dict[str, Group]:
    """Return the groups that these claims map, by id, as far as they still exist."""
    ids = {group_id for each in found for group_id, _value in each.values}
    return {group.id: group for group in tx.groups.by_ids(ids)} if ids else {}


def preview(tx: Transaction, actor: Actor, client: Client, user: User, *, subject: str) -> dict[Target, dict[str, Any]]:
    """Return what an app is told of a person if it is given every scope that it is registered for.

    `subject` is what the app calls the person. Claims about the sign-in itself are left out. `actor` must be somebody
    who may look at people.
    """
    actor.require(Permission.VIEW_PEOPLE)
    facts, found = Facts(*tx.groups.with_attributes(user.id)), mappings.parse(client.claim_mappings)
    names = claims_of_scopes(client.scopes)
    found_claims = standard_claims(user) | {"sub": subject}
    standard = {name: value for name, value in found_claims.items() if name in names}
    alone = {"sub": subject} if OPENID in client.scopes else {}
    by_scope = {Target.USERINFO: standard, Target.ID_TOKEN: standard if client.id_token_scope_claims else alone}
    return {
        target: mappings.evaluate(found, target, client.scopes, facts) | by_scope.get(target, {"sub": subject})
        for target in Target
    }


def apps_that_use_group(tx: Transaction, group: Group) -> list[Client]:
    """List the apps that are told something because of this group."""
    return [client for client in _with_mappings(tx) if _uses_group(client, group)]


def apps_that_use_attribute(tx: Transaction, name: str) -> list[Client]:
    """List the apps that are told this attribute."""
    return [
        client
        for client in _with_mappings(tx)
        if any(each.source is Source.ATTRIBUTE and each.attribute == name for each in _parsed(client))
    ]


def _uses_group(client: Client, group: Group) -> bool:
    return any(
        group.id in dict(each.values) or (each.source is Source.GROUPS and group.name.startswith(each.prefix))
        for each in _parsed(client)
    )


def _with_mappings(tx: Transaction) -> list[Client]:
    return tx.clients.with_claim_mappings(limit=MOST_APPS)


def _parsed(client: Client) -> list[ClaimMapping]:
    return mappings.parse(client.claim_mappings)


def _store(tx: Transaction, actor: Actor, client: Client, wanted: Sequence[ClaimMapping]) -> None:
    actor.require(Permission.CHANGE_APPS)
    stored = [mappings.to_stored(each) for each in wanted]
    if stored == client.claim_mappings:
        return
    tx.clients.change(client.client_id, {"claim_mappings": stored})
    audit.record(tx, Event.CLIENT_CHANGED, client_id=client.client_id, changed=["claim_mappings"])


def _from_json(tx: Transaction, given: Mapping[str, Any]) -> ClaimMapping:
    for name, value in given.items():
        if name not in TYPES or not isinstance(value, TYPES[name]):
            raise Refused(f"{name!r} is not a member of a claim, or has a value of another type.", field=name)
    try:
        source, targets = Source(given["source"]), tuple(Target(each) for each in given["targets"])
    except (KeyError, ValueError, TypeError):
        raise Refused(
            f"A claim has a source ({', '.join(Source)}) and targets (some of {', '.join(Target)}).", field="source"
        ) from None
    values = tuple(_pair(tx, each) for each in given.get("values", ()))
    rest = {name: value for name, value in given.items() if name not in {"source", "targets", "values"}}
    return ClaimMapping(**{"claim": "", **rest}, source=source, targets=targets, values=values)


def _pair(tx: Transaction, given: object) -> tuple[str, str]:
    if not isinstance(given, dict) or set(given) != {"group", "value"} or not all(map(_is_text, given.values())):
        raise Refused('Values are objects: {"group": "name", "value": "text"}.', field="values")
    return find_group(tx, given["group"]).id, given["value"]


def find_group(tx: Transaction, name: str) -> Group:
    """Return the group of this name; raises `Refused`."""
    group = tx.groups.by_name(name)
    if group is None:
        raise Refused(Text("There is no group {group}.", group=name), field="values")
    return group


def _is_text(value: object) -> bool:
    return isinstance(value, str)
