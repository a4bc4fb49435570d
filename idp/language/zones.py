"""Time zones by IANA name ("Europe/Berlin")."""

from __future__ import annotations

import functools
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC = "UTC"


def find(name: str) -> ZoneInfo | None:
    """Return the zone of this name, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # ValueError: a path that leads elsewhere; OSError: a folder
        return None


@functools.cache
def choices() -> tuple[str, ...]:
    """Return the selectable zone names: UTC, then the main zone of each region, sorted."""
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    names = {line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#")}
    return (UTC, *sorted(names))
