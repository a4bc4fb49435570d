"""Files of people: CSV with a heading, or JSON lines with one object a line; both in UTF-8."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from idp.admin.people_import import Entry, UnreadableFile, keycloak
from idp.kernel import strict_json


class Source(StrEnum):
    """What wrote a file."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    KEYCLOAK = "keycloak"


def guess_source(path: Path) -> Source | None:
    """Return what the name of a file says it is; None for `.json`, which may be anything."""
    return next((source for source in Source if path.suffix.lower() == f".{source}"), None)


def read_entries(path: Path, source: Source) -> Iterator[Entry]:
    """Read a file entry by entry.

    Raises:
        UnreadableFile: it has another format.
        OSError: it cannot be opened.
    """
    try:
        yield from READERS[source](path)
    except UnicodeDecodeError:
        raise UnreadableFile(f"{path} is not in UTF-8.") from None


def _read_csv(path: Path) -> Iterator[Entry]:
    """Read a CSV file; an empty cell says nothing."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        try:
            heading = reader.fieldnames or ()
            if repeated := next((name for name in heading if heading.count(name) > 1), None):
                raise UnreadableFile(f"the heading has {repeated!r} twice.")
            for row in reader:
                place = f"line {reader.line_num}"
                if None in row or None in row.values():
                    raise UnreadableFile(f"{place} has another number of cells than the heading.")
                yield Entry(place, {name: value for name, value in row.items() if value})
        except csv.Error as error:
            raise UnreadableFile(f"line {reader.line_num} is not CSV: {error}.") from None


def _read_json_lines(path: Path) -> Iterator[Entry]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield Entry(f"line {number}", _json_object(line, f"line {number}"))


def _read_keycloak(path: Path) -> Iterator[Entry]:
    """Read an export of Keycloak, which is one JSON document."""
    yield from keycloak.entries_of(_json_object(path.read_text(encoding="utf-8-sig"), str(path)))


def _json_object(text: str, place: str) -> Mapping[str, object]:
    try:
        found = strict_json.parse_strictly(text)
    except ValueError as error:
        raise UnreadableFile(f"{place} is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise UnreadableFile(f"{place} is not a JSON object.")
    return found


READERS: Mapping[Source, Callable[[Path], Iterator[Entry]]] = {
    Source.CSV: _read_csv,
    Source.JSON_LINES: _read_json_lines,
    Source.KEYCLOAK: _read_keycloak,
}
