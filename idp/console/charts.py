"""Bar charts as rectangles of an SVG image, whose colours are classes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

WIDTH, HEIGHT = 600, 160
GAP = 0.25
"""Part of a column that stays empty."""
LEAST = 2
"""Units of a bar that is not zero: one of a million shall be seen too."""
ROUND = (1, 2, 5, 10)


@dataclass(frozen=True)
class Bar:
    """A rectangle; `series` is the number of its row of values."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True)
class Chart:
    """A chart of `width` by `height` units; its top is `largest`, a round number."""

    width: int
    height: int
    largest: int
    bars: list[Bar]


def draw_columns(rows: Sequence[Sequence[int]]) -> Chart:
    """Draw groups of columns: one group for each row, one column for each value in it."""
    largest = round_up(max((value for row in rows for value in row), default=0))
    group = WIDTH / max(len(rows), 1)
    bars = list[Bar]()
    for index, row in enumerate(rows):
        width = group * (1 - GAP) / max(len(row), 1)
        for series, value in enumerate(row):
            height = max(LEAST, value * HEIGHT / largest) if value else 0
            x = index * group + group * GAP / 2 + series * width
            bars.append(Bar(round(x, 2), round(HEIGHT - height, 2), round(width, 2), round(height, 2), series))
    return Chart(WIDTH, HEIGHT, largest, [bar for bar in bars if bar.height])


def round_up(value: int) -> int:
    """Return the next number that begins with 1, 2 or 5, at least 1."""
    power = 10 ** max(len(str(value)) - 1, 0)
    return next((power * step for step in ROUND if power * step >= value), power * ROUND[-1]) if value else 1


def share(part: int, whole: int) -> int:
    """Return a part in percent, rounded so that something is never nothing and not all is never all."""
    if not part or not whole:
        return 0
    if part >= whole:
        return 100
    return min(99, max(1, ceil(part * 100 / whole - 0.5)))
