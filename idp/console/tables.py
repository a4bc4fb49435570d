"""Tables of the console: on narrow screens CSS shows their rows as cards, each cell beside the name of its column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
CELL = re.compile(r'<(td|th scope="(col|row)")(?=[ >])')
TITLE = re.compile(r'<th scope="col"[^>]*>(.*?)</th>', re.DOTALL)
ROLES = {None: "cell", "col": "columnheader", "row": "rowheader"}
HIDDEN = "visually-hidden"
"""The class of a column's name that only screen readers read; no cell repeats it."""


def label_cells(table: Markup) -> Markup:
    """Add to each cell of a table's rows its role, and the name of its column as `data-label`.

    The roles are those that HTML gives: browsers forget them when CSS displays a cell as anything else.
    """
    titles = [_label(title) for title in TITLE.findall(table)]
    rows = ROW.sub(lambda row: _mark_cells(row[0], iter(titles)), str(table))
    marked = rows.replace("<tr", '<tr role="row"').replace("<thead", '<thead role="rowgroup"')
    return Markup(marked.replace("<tbody", '<tbody role="rowgroup"'))  # noqa: S704 - escaped when it was rendered


def _label(title: str) -> str:
    text = "" if HIDDEN in title else escape(Markup(title).striptags())  # noqa: S704 - escaped when it was rendered
    return f' data-label="{text}"' if text else ""


def _mark_cells(row: str, labels: Iterator[str]) -> str:
    def mark(cell: re.Match[str]) -> str:
        label = next(labels, "")
        return f'{cell[0]} role="{ROLES[cell[2]]}"{label if cell[2] is None else ""}'

    return CELL.sub(mark, row)
