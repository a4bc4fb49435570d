"""The database's tables: `idp db ...`."""

from __future__ import annotations

from pathlib import Path

import click

from idp.admin import Refused
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import as_json, print_json, progress_bar
from idp.persistence import copying, schema
from idp.persistence.copying import NotEmpty
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


@command.command(name="copy-from")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_cli_context
def copy_from(work: CliContext, file: Path) -> None:
    """Copy everything from an SQLite FILE into the configured database, which must be empty.

    Stop the service before.
    """
    source = f"sqlite:///{file.resolve()}"
    if _is_in(work.settings.database, file):
        raise Refused(f"{file} is the configured database. Set database_url to the new one first.")
    if problem := schema.status(source).problem:
        raise Refused(f"{file}: {problem} (with IDP_DATABASE_URL={source})")
    migrate(work.settings)
    try:
        with progress_bar("Copying") as progress:
            rows = copying.copy_rows(source, work.settings.database, progress)
    except NotEmpty as error:
        raise Refused(f"The configured database has rows already ({error}). Make a new one.") from None
    click.echo(f"Copied {rows} rows. The service may start again; {file} was not changed.")


def _is_in(database: str, file: Path) -> bool:
    """Whether a database is in this file, by whatever path."""
    path = Path(database.removeprefix("sqlite:///"))
    return path.exists() and path.samefile(file)
