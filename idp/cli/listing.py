"""Listings of any length: options to page through them, and output in batches, so that memory does not grow."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import click

from idp.cli.output import as_json

PAGE = 500
"""Rows that are read in one transaction and written at a time."""
MOST = 10_000_000

T = TypeVar("T")
Row = dict[str, Any]


@dataclass(frozen=True)
class Selection:
    """The part of a listing that is wanted: `limit` rows (None: all) behind the key `after` that contain `search`."""

    limit: int | None
    after: str
    search: str


def listing_options(after: str, search: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add `--limit`, `--after`, `--search` and `--json`; `after` and `search` name the fields they are about."""
    options = (
        click.option("--limit", type=click.IntRange(1, MOST), help="At most so many."),
        click.option("--after", default="", help=f"Only what comes behind this {after}: where the last page ended."),
        click.option("--search", default="", help=f"Only those that have this in their {search}."),
        as_json,
    )

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def read_pages(fetch: Callable[[str], Sequence[T]], *, after: str, key: Callable[[T], str]) -> Iterator[T]:
    """Iterate over all pages; `fetch` returns at most `PAGE` items behind a key, each page in its own transaction."""
    while page := fetch(after):
        yield from page
        if len(page) < PAGE:
            return
        after = key(page[-1])


def print_listing(
    rows: Iterable[Row],
    selection: Selection,
    *,
    key: str,
    heads: Sequence[str],
    cells: Callable[[Row], Sequence[str]],
    json_wanted: bool,
) -> None:
    """Print rows as a table or as JSON; when more are left, say on standard error how to go on.

    `key` is the field that `--after` takes; `cells` makes the columns of one row.
    """
    iterator = iter(rows)
    last: Row = {}
    wanted = _remember(islice(iterator, selection.limit), last)
    if json_wanted:
        _print_array(wanted)
    else:
        _print_table(heads, map(cells, wanted))
    if selection.limit is not None and last and next(iterator, None) is not None:
        click.echo(f"There are more: --after {last[key]}", err=True)


def _remember(rows: Iterable[Row], last: Row) -> Iterator[Row]:
    for row in rows:
        last.update(row)
        yield row


def _print_array(rows: Iterator[Row]) -> None:
    opened = False
    for batch in _batches(rows):
        items = (textwrap.indent(json.dumps(row, indent=2, ensure_ascii=False), "  ") for row in batch)
        click.echo((",\n" if opened else "[\n") + ",\n".join(items), nl=False)
        opened = True
    click.echo("\n]" if opened else "[]")


def _print_table(heads: Sequence[str], rows: Iterator[Sequence[str]]) -> None:
    """Print aligned columns; a later batch that needs more room gets it, without the lines before it."""
    widths = [len(head) for head in heads]
    lines: list[Sequence[str]] = [heads]
    for batch in _batches(rows):
        lines += batch
        widths = [max(width, *(len(line[column]) for line in batch)) for column, width in enumerate(widths)]
        click.echo("\n".join(_aligned(line, widths) for line in lines))
        lines = []
    if lines:
        click.echo(_aligned(heads, widths))


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _batches(rows: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(rows, PAGE)):
        yield batch
