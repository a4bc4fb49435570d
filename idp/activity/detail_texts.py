"""The details of an event, in words where they are known. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.login.policy.methods import Method
from idp.login.state.reasons import RECORDED
from idp.persistence.audit_events import AuditEvent

NAMES: Mapping[str, Text] = {
    "method": Text("Method"),
    "channel": Text("Sent by"),
    "purpose": Text("Purpose"),
    "reason": Text("Reason"),
    "remedy": Text("What to do"),
    "acr": Text("Level reached"),
    "amr": Text("What was proven"),
    "codes_left": Text("Recovery codes left"),
    "known_device": Text("Known device"),
    "device_id": Text("Device"),
    "factor_id": Text("Second step"),
    "until": Text("Until"),
    "due_at": Text("Due"),
    "claims": Text("Changed"),
    "changed": Text("Changed"),
    "scopes": Text("Details"),
    "grants": Text("Sign-ins ended"),
    "grant_type": Text("Kind of request"),
    "role": Text("Role"),
    "group": Text("Group"),
    "status": Text("State"),
    "by": Text("Changed by"),
    "second_step_required": Text("2FA Required"),
    "email_verified": Text("Address verified"),
    "imported": Text("Imported"),
    "had_one": Text("Had a second step"),
    "removed": Text("Removed"),
    "replaced": Text("Replaced"),
    "permission": Text("Needed permission"),
    "path": Text("Page"),
    "number_in_this_hour": Text("Number in this hour"),
    "actions": Text("What was done"),
    "filter": Text("Filter"),
}
"""What a detail is called; any other keeps the name that it is stored under."""
TIMES = frozenset({"until", "due_at"})
YES, NO = Text("Yes"), Text("No")
METHODS: Mapping[str, str] = {str(method): method.spec.name for method in Method if method.spec.name}


def describe_details(event: AuditEvent) -> Iterator[tuple[str, str]]:
    """Yield the name and the value of each detail of an event."""
    for name, value in event.detail.items():
        if name == RECORDED:
            continue  # its sentences need the policy's words
        yield NAMES.get(name, name), _describe(name, value)


def _describe(name: str, value: object) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name in TIMES and isinstance(value, int):
        return Moment(value)
    if name in {"method", "channel"} and value in METHODS:
        return METHODS[str(value)]
    return str(value)
