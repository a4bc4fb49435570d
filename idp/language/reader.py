"""The reader of a page or message."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from babel import Locale

from idp.language import tags, zones

LOCALE, ZONEINFO = "locale", "zoneinfo"
"""Claim names of the person's own settings (OIDC Core section 5.1)."""


@dataclass(frozen=True)
class Reader:
    """Language (a tag of `tags.LANGUAGES`) and time zone (a name for `zones.find`)."""

    language: str = tags.DEFAULT
    zone: str = zones.UTC

    @classmethod
    def from_profile(cls, profile: Mapping[str, Any], *, otherwise: str = "", first: str = "") -> Self:
        """Create a reader from claims; `first` has precedence over the profile, `otherwise` is the fallback."""
        wishes = (first, str(profile.get(LOCALE) or ""), otherwise)
        zone = str(profile.get(ZONEINFO) or "")
        return cls(tags.best_match(wishes) or tags.DEFAULT, zone if zone and zones.find(zone) else zones.UTC)

    @property
    def direction(self) -> str:
        """Return the value of HTML's `dir`: `ltr` or `rtl`."""
        return _direction(self.language)


@functools.cache
def _direction(language: str) -> str:
    return Locale.parse(language).text_direction
