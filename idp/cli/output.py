"""Output of results: lines for people, JSON for programs; lists of any length are in `listing`."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

as_json = click.option("--json", "json_wanted", is_flag=True, help="Print JSON; times are seconds since 1970, UTC.")
assume_yes = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


def print_json(content: object) -> None:
    """Print a JSON document."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, json_wanted: bool) -> None:
    """Print rows as JSON, or these columns of each in one line; of an object its names."""
    if json_wanted:
        print_json(rows)
        return
    for row in rows:
        values = (row[name] for name in columns)
        click.echo("  ".join(as_text(list(value) if isinstance(value, dict) else value) for value in values))


def print_facts(facts: dict[str, str]) -> None:
    """Print one fact per line."""
    width = max(map(len, facts))
    for name, value in facts.items():
        click.echo(f"{name.ljust(width)}  {value}".rstrip())


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress on standard error if people look at it; the function takes what was just done, and the whole."""
    shown = sys.stderr.isatty()
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not shown) as bar:

        def advance(done: int, total: int) -> None:
            bar.length = total
            bar.update(done)

        yield advance


def escape_unprintable(text: str) -> str:
    """Return text of a file as a terminal may have it: what it would obey is escaped, lines stay."""
    kept = (one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode() for one in text)
    return "".join(kept)


def utc(seconds: int | None) -> str:
    """Format a time such as "2026-06-01 12:00 UTC"; empty for None."""
    return "" if seconds is None else f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%d %H:%M} UTC"


def as_text(value: object) -> str:
    """Format a value of a table or a fact: yes or no, a list with spaces, empty for None."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
