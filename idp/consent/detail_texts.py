"""Authorization details (RFC 9396) in the words of the consent page: every member, since each may matter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from idp.kernel.text import Text

TITLES = {
    "actions": Text("What it may do"),
    "locations": Text("Where"),
    "datatypes": Text("Which kinds of data"),
    "identifier": Text("Which one"),
    "privileges": Text("With which rights"),
}


def stored_details(request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the details of the authorization request that a login flow stores; they were validated before."""
    stored = request.get("authorization_details")
    found: list[dict[str, Any]] = json.loads(stored) if stored else []
    return found


def describe(details: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a title and the members of each detail; a member that has no words of ours has its own name."""
    return [
        {
            "title": str(detail["type"]),
            "members": [
                {"term": TITLES.get(name, name), "value": _value(value)}
                for name, value in detail.items()
                if name != "type"
            ],
        }
        for detail in details
    ]


def _value(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)
