"""The accent colour of a client: its stylesheet for light and dark pages, and whether text in it can be read.

    accent_color of a client ──▶ address with the colour in it ──▶ the same four properties as `countersign.css`

The address alone says what the stylesheet has, so that it needs neither a client nor a transaction, and may be kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.kernel.colors import BLACK, WHITE, Color

LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3: text in the accent colour, and text on it."""
LIGHT_SURFACE, DARK_SURFACE = WHITE, Color.parse("#161d1b")
"""`--surface` of `countersign.css`."""
TINT = 0.1
"""Share of the accent colour in the ground of what is chosen or pointed at."""
STEP = 0.05
ROUTE = "/client-colors/<color>.css"


@dataclass(frozen=True)
class Palette:
    """The properties of `countersign.css` that follow from one accent colour, on one surface."""

    accent: Color
    strong: Color
    on_accent: Color
    soft: Color

    @property
    def contrast(self) -> float:
        """Return the least contrast of the texts in these colours."""
        return min(self.accent.contrast(self.soft), self.accent.contrast(self.on_accent))

    @property
    def css(self) -> str:
        """Return the declarations."""
        return (
            f"--accent: {self.accent.css}; --accent-strong: {self.strong.css}; "
            f"--on-accent: {self.on_accent.css}; --soft: {self.soft.css};"
        )


def light_palette(accent: Color) -> Palette:
    """Return the colours for light pages: the accent colour as it is."""
    return Palette(accent, accent.mix(BLACK, 0.25), WHITE, LIGHT_SURFACE.mix(accent, TINT))


def dark_palette(accent: Color) -> Palette:
    """Return the colours for dark pages: as much white is mixed in as it takes to read them."""
    share = 0.0
    while True:
        lighter = accent.mix(WHITE, share)
        found = Palette(lighter, lighter.mix(WHITE, 0.3), accent.mix(BLACK, 0.75), DARK_SURFACE.mix(lighter, TINT))
        if found.contrast >= LEAST_CONTRAST or share >= 1:
            return found
        share = min(1.0, share + STEP)


def is_readable(accent: Color) -> bool:
    """Whether text in this colour, and white text on it, can be read on light pages."""
    return light_palette(accent).contrast >= LEAST_CONTRAST


def colors_href(accent_color: str | None) -> str | None:
    """Return the address of the stylesheet of a colour (`#rrggbb`); None without one."""
    return ROUTE.replace("<color>", accent_color[1:]) if accent_color else None


def stylesheet(accent: Color) -> str:
    """Return the stylesheet of a colour."""
    light, dark = light_palette(accent).css, dark_palette(accent).css
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
