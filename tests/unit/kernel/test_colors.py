"""Colours of apps: what they become on light and dark pages, and that text in them can be read."""

import itertools

import pytest

from idp.kernel.colors import BLACK, WHITE, Color
from idp.kernel.resources import TEMPLATES
from idp.web.client_colors import (
    DARK_SURFACE,
    LEAST_CONTRAST,
    LIGHT_SURFACE,
    dark_palette,
    is_readable,
    light_palette,
)


def test_contrast_is_that_of_wcag() -> None:
    assert BLACK.contrast(WHITE) == pytest.approx(21)
    assert Color.parse("#767676").contrast(WHITE) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("text", ["#0B5C4C", "0b5c4c", "#0b5", "#0b5c4c;", "red", ""])
def test_anything_else_is_no_colour(text: str) -> None:
    with pytest.raises(ValueError, match="looks like"):
        Color.parse(text)


def test_text_in_every_accepted_colour_can_be_read() -> None:
    for parts in itertools.product(range(0, 256, 51), repeat=3):
        color = Color(parts)
        palettes = [dark_palette(color), *([light_palette(color)] if is_readable(color) else [])]
        for found in palettes:
            pairs = ((found.accent, found.soft), (found.strong, found.soft), (found.accent, found.on_accent),
                     (found.strong, found.on_accent))  # fmt: skip
            assert min(text.contrast(ground) for text, ground in pairs) >= LEAST_CONTRAST, (color, found)


def test_the_grounds_are_those_of_the_pages() -> None:

    sheet = (TEMPLATES / "static" / "countersign.css").read_text()
    light, dark = sheet.split("@media (prefers-color-scheme: dark)")[:2]
    assert f"--surface: {LIGHT_SURFACE.css};" in light
    assert f"--surface: {DARK_SURFACE.css};" in dark
