"""Colours as CSS writes them, and how well one is read on another (WCAG 2.2). Pure."""

from __future__ import annotations

import re
from typing import Self

HEX = re.compile(r"#[0-9a-f]{6}")
LINEAR_BELOW = 0.04045
WEIGHTS = (0.2126, 0.7152, 0.0722)
"""Share of red, green and blue in the luminance."""


class Color(tuple[int, int, int]):
    """Red, green and blue, each 0 to 255."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the colour of `#rrggbb` in lower case; raises `ValueError`."""
        if not HEX.fullmatch(text):
            message = "a colour looks like #0b5c4c"
            raise ValueError(message)
        return cls(bytes.fromhex(text[1:]))

    @property
    def css(self) -> str:
        """Return it as CSS writes it."""
        return f"#{bytes(self).hex()}"

    @property
    def luminance(self) -> float:
        """Return the relative luminance, 0 to 1."""
        shares = (part / 255 for part in self)
        linear = (part / 12.92 if part <= LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4 for part in shares)
        return sum(weight * part for weight, part in zip(WEIGHTS, linear, strict=True))

    def contrast(self, other: Color) -> float:
        """Return the contrast ratio of text in one colour on the other, 1 to 21."""
        darker, lighter = sorted((self.luminance, other.luminance))
        return (lighter + 0.05) / (darker + 0.05)

    def mix(self, other: Color, share: float) -> Color:
        """Return the colour with this share (0 to 1) of the other in it."""
        return Color(round(mine + (theirs - mine) * share) for mine, theirs in zip(self, other, strict=True))


BLACK, WHITE = Color((0, 0, 0)), Color((255, 255, 255))
