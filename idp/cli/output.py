"""Output of results: tables for people, JSON for programs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import click

as_json = click.option("--json", "json_wanted", is_flag=True, help="Print JSON; times are seconds since 1970, UTC.")
assume_yes = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


def print_json(content: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Print a JSON document."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns with a header."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    for row in (heads, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_facts(facts: dict[str, str]) -> None:
    """Print one fact per line."""
    width = max(map(len, facts))
    for name, value in facts.items():
        click.echo(f"{name.ljust(width)}  {value}".rstrip())


def utc(seconds: int | None) -> str:
    """Format a time such as "2026-06-01 12:00 UTC"; empty for None."""
    return "" if seconds is None else f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%d %H:%M} UTC"


def yes_no(value: bool) -> str:  # noqa: FBT001 - it is the thing shown
    """Format a flag."""
    return "yes" if value else "no"
