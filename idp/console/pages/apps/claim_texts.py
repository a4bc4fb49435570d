"""Claims of an app in plain words."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from idp.claims.mappings import ClaimMapping, Source, Target
from idp.kernel.text import Text

SOURCES = {
    Source.GROUPS: (Text("The groups of the person"), Text("Their names, all of them or those that begin alike.")),
    Source.GROUP_VALUES: (Text("A value by group"), Text("Such as a role or a policy that the app knows.")),
    Source.ATTRIBUTE: (Text("An attribute of the person"), Text("Such as the department.")),
    Source.CONSTANT: (Text("A fixed value"), Text("The same for everybody.")),
}
"""Title and explanation of each source, in the order of the page."""
TARGETS = {
    Target.ID_TOKEN: (Text("ID token"), Text("What the app gets at each sign-in. Most apps read this.")),
    Target.USERINFO: (Text("Userinfo"), Text("What the app can ask for after the sign-in.")),
    Target.ACCESS_TOKEN: (Text("Access token"), Text("What the app shows to APIs.")),
}
REMOVED_GROUP = Text("a removed group")


def claim_text(mapping: ClaimMapping, names: Mapping[str, str]) -> Text | str:
    """Return what a claim says; `names` are those of groups, by id."""
    match mapping.source:
        case Source.CONSTANT:
            return Text("Always {value}", value=json.dumps(mapping.value, ensure_ascii=False))
        case Source.ATTRIBUTE:
            return Text("The attribute {name}", name=mapping.attribute)
        case Source.GROUPS if mapping.prefix and mapping.strip_prefix:
            return Text("Groups that begin with {prefix}, without it", prefix=mapping.prefix)
        case Source.GROUPS if mapping.prefix:
            return Text("Groups that begin with {prefix}", prefix=mapping.prefix)
        case Source.GROUPS:
            return Text("All groups")
        case Source.GROUP_VALUES:
            return _pairs(mapping, names)


def preview_rows(found: Mapping[Target, Mapping[str, Any]], added: Collection[str]) -> list[dict[str, Any]]:
    """Return a row for each claim, those that were added first: its value, and where it is sent."""
    names = dict.fromkeys(name for claims in found.values() for name in claims)
    ordered = sorted(names, key=lambda name: (name not in added, name))
    return [
        {
            "claim": name,
            "value": json.dumps(next(claims[name] for claims in found.values() if name in claims), ensure_ascii=False),
            "targets": [TARGETS[target][0] for target, claims in found.items() if name in claims],
            "added": name in added,
        }
        for name in ordered
    ]


def _pairs(mapping: ClaimMapping, names: Mapping[str, str]) -> str:
    pairs = [f"{names.get(group_id, REMOVED_GROUP)} → {value}" for group_id, value in mapping.values]
    return " · ".join([*pairs, *([f"… → {mapping.default}"] if mapping.default else [])])
