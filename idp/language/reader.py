"""Whoever reads a page or a letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from babel import Locale

from idp.language import tags, zones

LOCALE, ZONEINFO = "locale", "zoneinfo"
"""Where a person's own settings stand among their claims (OIDC Core section 5.1)."""


@dataclass(frozen=True)
class Reader:
    """The reader's language (a tag of `tags.LANGUAGES`) and time zone (a name that `zones.find` knows)."""

    language: str = tags.DEFAULT
    zone: str = zones.UTC

    @classmethod
    def from_profile(cls, profile: Mapping[str, Any], *, otherwise: str = "", first: str = "") -> Self:
        """As a person set it (`profile`: their claims). A language in `first` goes before, one in `otherwise` after."""
        wishes = (first, str(profile.get(LOCALE) or ""), otherwise)
        zone = str(profile.get(ZONEINFO) or "")
        return cls(tags.best_match(wishes) or tags.DEFAULT, zone if zone and zones.find(zone) else zones.UTC)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, as HTML's `dir` wants it."""
        return Locale.parse(self.language).text_direction
