"""`idp clients apply` and `export`: apps described by a file, for those who keep their configuration in Git."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from idp.admin import Refused, client_files, clients
from idp.admin.client_files import AppliedClient
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.listing import PAGE, read_pages
from idp.cli.output import as_json, print_json
from idp.kernel import strict_json
from idp.persistence.clients import Client


class _DryRun(Exception):
    """Everything was tried, and nothing is to be stored."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print what would change, and store nothing.")
@as_json
@pass_cli_context
def apply(work: CliContext, file: Path, *, dry_run: bool, json_wanted: bool) -> None:
    """Register and change apps as a TOML or JSON FILE describes them: all of them, or none.

    A member that an app leaves out has its default. Apps that are not in the file stay as they are. New secrets are
    shown once, now.
    """
    applied = _apply_all(work, _read(file), dry_run=dry_run)
    if json_wanted:
        print_json([_facts(each) for each in applied])
        return
    for each in applied:
        changed = f": {', '.join(each.changed)}" if each.changed else ""
        click.echo(f"{_result(each)} {each.client_id}{changed}")
        if each.secret:
            click.echo(f"client secret of {each.client_id}: {each.secret}")
    if dry_run:
        click.echo("Nothing was stored: this was a dry run.")


@click.command()
@click.argument("client_ids", nargs=-1, metavar="[CLIENT_ID]...")
@pass_cli_context
def export(work: CliContext, client_ids: tuple[str, ...]) -> None:
    """Print apps, or all, as JSON for `apply`; secrets are in no file."""
    everything = [] if client_ids else list(_all_clients(work))
    with work.database.read() as tx:
        found = [clients.find(tx, client_id) for client_id in client_ids] or everything
        print_json({client.client_id: client_files.export(tx, client) for client in found})


def _apply_all(work: CliContext, content: dict[str, Any], *, dry_run: bool) -> list[AppliedClient]:
    """Apply every app in one transaction; after a dry run there are no secrets."""
    applied, attesting = list[AppliedClient](), work.settings.attesting
    with suppress(_DryRun), work.database.write() as tx:
        for wanted in client_files.read_clients(tx, content):
            try:
                done = client_files.apply(tx, wanted, work.entropy, attesting=attesting, sealer=lambda: work.sealer)
            except Refused as error:
                raise Refused(f"{wanted.registration.client_id}: {error}") from None
            applied.append(replace(done, secret=None) if dry_run else done)
        _discard_after(dry_run=dry_run)
    return applied


def _discard_after(*, dry_run: bool) -> None:
    """Roll the transaction back after a dry run."""
    if dry_run:
        raise _DryRun


def _all_clients(work: CliContext) -> Iterator[Client]:
    def page(after: str) -> list[Client]:
        with work.database.read() as tx:
            return tx.clients.listed(limit=PAGE, after=after, search="")

    return read_pages(page, after="", key=lambda client: client.client_id)


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text) if file.suffix == ".toml" else strict_json.parse_strictly(text)
    except (OSError, ValueError) as error:
        raise Refused(f"{file} cannot be read as {'TOML' if file.suffix == '.toml' else 'JSON'}: {error}") from None
    if not isinstance(content, dict):
        raise Refused(f'{file} is no object of apps: {{"shop": {{"client_name": "Shop", ...}}}}.')
    return content


def _result(applied: AppliedClient) -> str:
    return "added" if applied.is_new else "changed" if applied.changed else "unchanged"


def _facts(applied: AppliedClient) -> dict[str, Any]:
    secret = {"client_secret": applied.secret} if applied.secret else {}
    return {"client_id": applied.client_id, "result": _result(applied), "changed": list(applied.changed)} | secret
