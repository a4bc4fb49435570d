"""Deleting what has ended: `idp purge`."""

from __future__ import annotations

import click

from idp.admin.purging import purge
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import as_json, print_json


@click.command(name="purge")
@as_json
@pass_cli_context
def command(work: CliContext, *, json_wanted: bool) -> None:
    """Delete ended sessions, sign-ins, tokens, counters and audit events.

    A running server does this by itself every hour. docs/reference/retention.md says how long everything is kept.
    """
    gone = purge(work.database, work.settings)
    if json_wanted:
        print_json(gone)
    else:
        click.echo(f"Deleted {sum(gone.values())} rows.")
