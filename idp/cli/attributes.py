"""Attributes of people: `idp attributes ...`. Their values: `idp users set --attribute NAME=VALUE`."""

from __future__ import annotations

from dataclasses import asdict

import click

from idp.admin import Refused, attributes
from idp.admin.permissions import COMMAND_LINE
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import as_json, as_text, assume_yes, print_json
from idp.persistence.attributes import Attribute, AttributeKind

KINDS = [kind.value for kind in AttributeKind]
SHOWN = ("name", "title", "kind", "choices", "visible")


@click.group(name="attributes")
def command() -> None:
    """Declare what is known of people beside their profile."""


@command.command(name="list")
@as_json
@pass_cli_context
def list_(work: CliContext, *, json_wanted: bool) -> None:
    """List all attributes."""
    with work.database.read() as tx:
        rows = [{name: asdict(each)[name] for name in SHOWN} for each in tx.attributes.all()]
    if json_wanted:
        print_json(rows)
        return
    for row in rows:
        click.echo("  ".join(as_text(row[name]) for name in SHOWN).rstrip())


@command.command()
@click.argument("name")
@click.option("--title", help="What people and administrators see. Default: the name.")
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True, help="What its values are.")
@click.option("--choice", multiple=True, help="One value that a choice may have; repeatable.")
@click.option("--visible", is_flag=True, help="People see theirs in My account.")
@pass_cli_context
def add(work: CliContext, name: str, title: str | None, kind: str, choice: tuple[str, ...], *, visible: bool) -> None:
    """Declare an attribute that everybody may have a value of."""
    with work.database.write() as tx:
        attributes.declare(tx, COMMAND_LINE, Attribute(name, title or name, kind, list(choice), visible))
    click.echo(f"Declared {name}.")


@command.command()
@click.argument("name")
@assume_yes
@pass_cli_context
def remove(work: CliContext, name: str, *, yes: bool) -> None:
    """Remove an attribute and the values that people have of it."""
    if not yes:
        click.confirm(f"Remove {name} with everybody's value of it?", abort=True, err=True)
    with work.database.write() as tx:
        if not attributes.remove(tx, COMMAND_LINE, name):
            raise Refused(f"There is no attribute {name!r}. `idp attributes list` shows all.")
    click.echo(f"Removed {name}.")
