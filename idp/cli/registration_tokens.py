"""Initial access tokens, with which apps register themselves: `idp clients tokens ...`."""

from __future__ import annotations

from typing import Any

import click

from idp.admin import client_registrations
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import as_json, print_json, utc
from idp.kernel.clock import DAY
from idp.persistence.client_registrations import InitialAccessToken


@click.group(name="tokens")
def command() -> None:
    """Tokens with which apps register themselves (RFC 7591); see the setting client_registration."""


@command.command()
@click.option("--note", required=True, help="Who gets it.")
@click.option("--uses", type=int, default=1, show_default=True, help="How many apps may register themselves with it.")
@click.option("--days", type=int, default=7, show_default=True, help="How long it can be used.")
@as_json
@pass_cli_context
def add(work: CliContext, /, *, note: str, uses: int, days: int, json_wanted: bool) -> None:
    """Make a token. It is shown once, now."""
    with work.database.write() as tx:
        token = client_registrations.make_token(tx, work.entropy, note=note, uses=uses, life=days * DAY)
    if json_wanted:
        print_json({"initial_access_token": token})
        return
    click.echo(f"initial access token: {token}")
    click.echo("Keep it now. It cannot be shown again. If you lose it, make a new one.")


@command.command(name="list")
@as_json
@pass_cli_context
def list_(work: CliContext, *, json_wanted: bool) -> None:
    """List the tokens that can still be used, or were used up lately."""
    with work.database.read() as tx:
        rows = [_facts(each) for each in tx.client_registrations.live_tokens(limit=client_registrations.MOST_TOKENS)]
    if json_wanted:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['uses_left']} left until {utc(row['expires_at'])}  {row['note']}")


@command.command()
@click.argument("token_id")
@pass_cli_context
def remove(work: CliContext, token_id: str) -> None:
    """End a token; apps that registered themselves with it stay."""
    with work.database.write() as tx:
        client_registrations.remove_token(tx, token_id)
    click.echo(f"Removed {token_id}.")


def _facts(token: InitialAccessToken) -> dict[str, Any]:
    return {name: getattr(token, name) for name in ("id", "note", "uses_left", "expires_at", "created_at")}
