"""Claims that the administrators of an app add: a constant, an attribute, groups, or groups mapped to values. Pure.

    clients.claim_mappings  --parse-->  ClaimMapping  --evaluate(mappings, target, scopes, facts)-->  claims

A claim without a value is left out, never null or empty (OpenID Connect Core section 5.3.2). A person in too many
groups for a token gets `hasgroups` in their place, and the app reads them at userinfo.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_GROUPS = 200
"""Groups in one claim of a token, which travels in headers and cookies."""
MOST_GROUPS_AT_USERINFO = 2000
"""Groups in one claim of a userinfo response."""
HAS_GROUPS = "hasgroups"
"""True in the place of groups that are too many."""


class Source(StrEnum):
    """Where the values of a claim come from."""

    CONSTANT = "constant"
    ATTRIBUTE = "attribute"
    GROUPS = "groups"
    GROUP_VALUES = "group_values"


class Target(StrEnum):
    """What holds a claim."""

    ID_TOKEN = "id_token"
    USERINFO = "userinfo"
    ACCESS_TOKEN = "access_token"


@dataclass(frozen=True)
class ClaimMapping:
    """One claim of one app.

    `value` is of a constant; `attribute` the name of one; `prefix` filters names of groups, and `strip_prefix` removes
    it from them; `values` are pairs of a group's id and a value, in order, and `default` is for who is in none of them.
    `multiple`: the claim is a list, of all values; otherwise it is the first one. `scope`: it is sent only when the
    app was given this scope; empty: always.
    """

    claim: str
    source: Source
    targets: tuple[Target, ...]
    value: str | int | float | bool | None = None
    attribute: str = ""
    prefix: str = ""
    strip_prefix: bool = False
    values: tuple[tuple[str, str], ...] = ()
    default: str = ""
    multiple: bool = False
    scope: str = ""


@dataclass(frozen=True)
class Facts:
    """What mappings read of a person: attributes, and ids and names of groups in order of name."""

    attributes: Mapping[str, Any]
    groups: Sequence[tuple[str, str]]


NO_FACTS = Facts({}, ())


def parse(stored: Iterable[Mapping[str, Any]]) -> list[ClaimMapping]:
    """Return mappings as they are stored on a client."""
    return [_parse(each) for each in stored]


def to_stored(mapping: ClaimMapping) -> dict[str, Any]:
    """Return what is stored of a mapping: the fields that its source uses."""
    kept: dict[str, Any] = {
        "claim": mapping.claim,
        "source": mapping.source.value,
        "targets": [target.value for target in mapping.targets],
    }
    match mapping.source:
        case Source.CONSTANT:
            kept["value"] = mapping.value
        case Source.ATTRIBUTE:
            kept["attribute"] = mapping.attribute
        case Source.GROUPS:
            kept |= {"prefix": mapping.prefix, "strip_prefix": mapping.strip_prefix}
        case Source.GROUP_VALUES:
            values = [{"group": group, "value": value} for group, value in mapping.values]
            kept |= {"values": values, "default": mapping.default}
    return kept | {"multiple": mapping.multiple, "scope": mapping.scope}


def applicable(
    mappings: Iterable[ClaimMapping], targets: Collection[Target], scopes: Collection[str]
) -> list[ClaimMapping]:
    """Return the mappings for any of these targets whose scope was given."""
    return [
        mapping
        for mapping in mappings
        if not set(mapping.targets).isdisjoint(targets) and (not mapping.scope or mapping.scope in scopes)
    ]


def needs_facts(mappings: Iterable[ClaimMapping]) -> bool:
    """Whether anything about the person has to be read for them."""
    return any(mapping.source is not Source.CONSTANT for mapping in mappings)


def evaluate(mappings: Iterable[ClaimMapping], target: Target, scopes: Collection[str], facts: Facts) -> dict[str, Any]:
    """Return the claims of one target."""
    found: dict[str, Any] = {}
    most = MOST_GROUPS_AT_USERINFO if target is Target.USERINFO else MOST_GROUPS
    for mapping in applicable(mappings, (target,), scopes):
        values = _values(mapping, facts)
        if mapping.source is Source.GROUPS and mapping.multiple and len(values) > most:
            found[HAS_GROUPS] = True
        elif values:
            found[mapping.claim] = values if mapping.multiple else values[0]
    return found


def _values(mapping: ClaimMapping, facts: Facts) -> list[Any]:
    match mapping.source:
        case Source.CONSTANT:
            return [] if mapping.value in {None, ""} else [mapping.value]
        case Source.ATTRIBUTE:
            value = facts.attributes.get(mapping.attribute)
            return value if isinstance(value, list) else [] if value in {None, ""} else [value]
        case Source.GROUPS:
            return _names(mapping, facts)
        case Source.GROUP_VALUES:
            ids = {group_id for group_id, _name in facts.groups}
            matched = [value for group_id, value in mapping.values if group_id in ids]
            return list(dict.fromkeys(matched or filter(None, [mapping.default])))


def _names(mapping: ClaimMapping, facts: Facts) -> list[str]:
    names = [name for _id, name in facts.groups if name.startswith(mapping.prefix)]
    if not mapping.strip_prefix:
        return names
    return [name.removeprefix(mapping.prefix) for name in names if name != mapping.prefix]


def _parse(stored: Mapping[str, Any]) -> ClaimMapping:
    given = dict(stored)
    given["source"] = Source(given["source"])
    given["targets"] = tuple(Target(target) for target in given["targets"])
    given["values"] = tuple((each["group"], each["value"]) for each in given.get("values", ()))
    return ClaimMapping(**given)
