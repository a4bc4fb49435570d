"""Signing keys: `idp keys ...`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from idp.admin import Refused, keys, resealing
from idp.admin.permissions import COMMAND_LINE
from idp.app import open_keyring
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.listing import Row, Selection, listing_options, print_listing
from idp.cli.output import as_json, print_json, utc
from idp.signing.algorithms import OWN
from idp.signing.rotation import KeyStatus
from idp.signing.sealing import Sealer

MEANING = {"next": "signs from", "active": "next one due", "retired": "kept until"}


@click.group(name="keys")
def command() -> None:
    """Look at the signing keys and bring in new ones; change the sealing key."""


@command.command(name="list")
@listing_options("key id", "key id, algorithm or state")
@pass_cli_context
def list_(work: CliContext, /, *, json_wanted: bool, **selected: Any) -> None:
    """List every key, the state it is in, and until when."""
    selection = Selection(**selected)
    rows = [_row(status) for status in open_keyring(work.settings, work.clock).survey()]
    if selection.after:
        rows = _rows_after(rows, selection.after)
    wanted = (row for row in rows if any(selection.search in row[name] for name in ("kid", "alg", "state")))
    print_listing(
        wanted,
        selection,
        key="kid",
        heads=("ALGORITHM", "STATE", "UNTIL", "KEY"),
        cells=lambda row: (row["alg"], row["state"], f"{MEANING[row['state']]} {utc(row['until'])}", row["kid"]),
        json_wanted=json_wanted,
    )


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
    try:
        with work.database.write() as tx:
            actions = keys.rotate_by(tx, COMMAND_LINE, keyring, at_once=at_once, algs=algs or None)
    except Refused:
        click.echo("Nothing to do: the next key is published already. `idp keys list` says when it signs.")
        return
    for action in actions:
        click.echo(keys.describe(action))


@command.command()
@click.option("--new-key", is_flag=True, help="Begin: add a sealing key, with which everything is sealed from now on.")
@as_json
@pass_cli_context
def reseal(work: CliContext, *, new_key: bool, json_wanted: bool) -> None:
    """Change the key that seals stored secrets (sealing.json): for one that may be known to others.

    Begin with --new-key. Run it again without, a day later: it seals what is left, and removes the old key. It may
    be stopped at any time, and runs while the server does. A backup of before needs the sealing.json of its day.
    """
    Sealer.check(work.settings.keys_dir)  # nothing to change where there is none; it may have to be restored
    now = work.clock.now()
    if new_key:
        resealing.start(work.database, work.sealer, now=now)
    done = resealing.reseal(work.database, work.sealer, now=now)
    if json_wanted:
        print_json(asdict(done))
        return
    click.echo(f"Sealed {done.resealed} stored secrets with the new key.")
    if done.unreadable:
        click.echo(f"{done.unreadable} open with no key that is here, and stay as they are.", err=True)
    if done.removable_at is None:
        click.echo("Removed the old key.")
    else:
        click.echo(f"Run `idp keys reseal` again after {utc(done.removable_at)}: it removes the old key.")


def _row(status: KeyStatus) -> Row:
    return {
        "kid": status.key.kid,
        "alg": status.key.alg,
        "state": status.state,
        "created_at": status.key.created_at,
        "signs_from": status.key.signs_from,
        "until": status.until,
    }


def _rows_after(rows: list[Row], kid: str) -> list[Row]:
    """Return the rows after a key, in the order of the survey, not of ids."""
    kids = [row["kid"] for row in rows]
    if kid not in kids:
        raise Refused(f"There is no key {kid!r}. `idp keys list` shows all.")
    return rows[kids.index(kid) + 1 :]
