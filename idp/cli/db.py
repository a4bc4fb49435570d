"""The database's tables: `idp db ...`."""

from __future__ import annotations

import click

from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import as_json, print_json
from idp.persistence import schema
from idp.persistence.schema import State
from idp.server.storage_setup import migrate


@click.group(name="db")
def command() -> None:
    """Make and migrate the tables, on SQLite and on PostgreSQL."""


@command.command()
@pass_cli_context
def upgrade(work: CliContext) -> None:
    """Bring the tables to what this version needs. Safe to run again, and from several machines at once."""
    before = migrate(work.settings)
    click.echo(f"The database is at revision {schema.head()}" + (" already." if before is State.CURRENT else " now."))


@command.command()
@as_json
@pass_cli_context
def current(work: CliContext, *, json_wanted: bool) -> None:
    """Show which revision the tables are at, and whether that is the one this version needs."""
    status = schema.status(work.settings.database)
    if json_wanted:
        print_json({"state": status.state, "revision": status.revision, "needed": schema.head()})
    else:
        click.echo(status.problem or f"The database is at revision {status.revision}, as this version needs.")
