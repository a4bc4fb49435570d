"""Times and days that are formatted for their reader."""

from __future__ import annotations

import datetime as dt
from typing import Self


class Moment(str):
    """A timestamp as a string: English and UTC by default, localized when it is rendered.

    `at` is the time in seconds, UTC; see `idp.language`.
    """

    __slots__ = ("at",)

    at: int

    def __new__(cls, at: int) -> Self:
        """Format a time (seconds, UTC) as "2 June 2026, 14:05 UTC"."""
        moment = dt.datetime.fromtimestamp(at, dt.UTC)
        text = super().__new__(cls, f"{moment.day} {moment:%B %Y, %H:%M} UTC")
        text.at = at
        return text


class Day(str):
    """A whole day, in UTC, as a string; localized when it is rendered. `at` is its first second."""

    __slots__ = ("at",)

    at: int

    def __new__(cls, at: int) -> Self:
        """Format the day of a time (seconds, UTC) as "2 June 2026"."""
        day = dt.datetime.fromtimestamp(at, dt.UTC)
        text = super().__new__(cls, f"{day.day} {day:%B %Y}")
        text.at = at
        return text
