"""Tables of docs/reference that a test compares with the product: the cells of their rows."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (`.+) \|$", re.MULTILINE)


def rows(page: str) -> list[list[str]]:
    """The cells of each row that begins with code; a bar inside a cell would end it."""
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    return [row.split(" | ") for row in ROW.findall(text)]


def code(cell: str) -> list[str]:
    """What is written as code in a cell."""
    return re.findall(r"`([^`]+)`", cell)
