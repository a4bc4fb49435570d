"""Deleting what has ended: `idp purge`."""

from __future__ import annotations

import click

from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import as_json, print_json


@click.command(name="purge")
@as_json
@pass_cli_context
def command(work: CliContext, *, json_wanted: bool) -> None:
    """Delete ended sessions, sign-ins, tokens and counters. A running server does this by itself every hour."""
    with work.database.write() as tx:
        settings = work.settings
        gone = tx.purge.run(session_idle=settings.session_idle, keep_codes=settings.recovery_codes_viewable)
    if json_wanted:
        print_json(gone)
    else:
        click.echo(f"Deleted {sum(gone.values())} rows.")
