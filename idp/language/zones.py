"""Time zones, by their names in the IANA database ("Europe/Berlin")."""

from __future__ import annotations

import functools
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC = "UTC"


def find(name: str) -> ZoneInfo | None:
    """The zone of this name; None when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # ValueError: a path that leads elsewhere; OSError: a folder
        return None


@functools.cache
def choices() -> tuple[str, ...]:
    """The zones to choose from, in order of name: one for each place that keeps a time of its own, after UTC."""
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    names = {line.split("\t")[2] for line in table.splitlines() if line and not line.startswith("#")}
    return (UTC, *sorted(names))
