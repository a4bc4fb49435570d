"""Times as people read them."""

from __future__ import annotations

import datetime as dt
from typing import Self


class Moment(str):
    """A time as text: in English and UTC by itself, and in its reader's words and time zone wherever it is shown.

    `at` is the time itself (seconds, UTC); see `idp.language`.
    """

    __slots__ = ("at",)

    at: int

    def __new__(cls, at: int) -> Self:
        """Make the text of a time (seconds, UTC): "2 June 2026, 14:05 UTC"."""
        moment = dt.datetime.fromtimestamp(at, dt.UTC)
        said = super().__new__(cls, f"{moment.day} {moment:%B %Y, %H:%M} UTC")
        said.at = at
        return said
