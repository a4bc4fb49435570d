"""Signing keys: `idp keys ...`."""

from __future__ import annotations

import click

from idp.admin import keys
from idp.app import open_keyring
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import as_json, print_json, print_table, utc
from idp.signing.algorithms import OWN

MEANING = {"next": "signs from", "active": "next one due", "retired": "kept until"}


@click.group(name="keys")
def command() -> None:
    """Look at the signing keys and bring in new ones."""


@command.command(name="list")
@as_json
@pass_cli_context
def list_(work: CliContext, *, json_wanted: bool) -> None:
    """List every key, the state it is in, and until when."""
    found = open_keyring(work.settings, work.clock).survey()
    if json_wanted:
        print_json(
            [
                {
                    "kid": status.key.kid,
                    "alg": status.key.alg,
                    "state": status.state,
                    "created_at": status.key.created_at,
                    "signs_from": status.key.signs_from,
                    "until": status.until,
                }
                for status in found
            ]
        )
        return
    rows = [
        (status.key.alg, status.state, f"{MEANING[status.state]} {utc(status.until)}", status.key.kid)
        for status in found
    ]
    print_table(("ALGORITHM", "STATE", "UNTIL", "KEY"), rows)


@command.command()
@click.option("--now", "at_once", is_flag=True, help="Sign with the new key at once: for a key that may be known.")
@click.option("--alg", "algs", multiple=True, type=click.Choice(OWN), help="Only this algorithm; may be repeated.")
@pass_cli_context
def rotate(work: CliContext, algs: tuple[str, ...], *, at_once: bool) -> None:
    """Publish the next signing key now; it signs once apps have had time to fetch it.

    What the present key signed stays valid until it expires. Rotation also happens by itself, on the schedule of
    IDP_KEY_ROTATION_DAYS.
    """
    keyring = open_keyring(work.settings, work.clock)
    with work.database.write() as tx:
        actions = keys.rotate(tx, keyring, force=True, at_once=at_once, algs=algs or None)
    for action in actions:
        click.echo(keys.describe(action))
    if not actions:
        click.echo("Nothing to do: the next key is published already. `idp keys list` says when it signs.")
