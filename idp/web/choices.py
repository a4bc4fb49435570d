"""Lists to choose from, as templates show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

K = TypeVar("K", bound=str)


def options(titles: Mapping[K, str], chosen: str | None = None, *, without: str | None = None) -> list[dict[str, Any]]:
    """Return the entries of a list; `titles` by value, `chosen` is the value that is selected.

    `without` is the title of the first entry, which chooses nothing; None: something must be chosen.
    """
    nothing = [] if without is None else [{"value": "", "title": without, "chosen": not chosen}]
    listed = [{"value": str(value), "title": title, "chosen": value == chosen} for value, title in titles.items()]
    return nothing + listed


def options_with_stored(titles: Mapping[str, str], stored: str, *, without: str) -> list[dict[str, Any]]:
    """Return the entries of a list; a stored value that is none of them, from an import, comes before the first."""
    listed = {value: title for value, title in titles.items() if title != without}
    return options({stored: stored} | {"": without} | listed, stored)
