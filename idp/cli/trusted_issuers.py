"""Issuers whose assertions stand for people: `idp trusted-issuers ...`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from idp.admin import trusted_issuers
from idp.admin.permissions import COMMAND_LINE
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import as_json, assume_yes, print_rows
from idp.cli.registration import read_jwks
from idp.persistence.trusted_issuers import IDENTIFIERS, TrustedIssuer

SHOWN = ("issuer", "jwks", "jwks_uri", "subject_claim", "identifier", "clients", "scopes", "longest_life")


@click.group(name="trusted-issuers")
def command() -> None:
    """Issuers whose assertions stand for people (RFC 7523)."""


def _options(decorated: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--longest-life", type=int, metavar="SECONDS", help="Of an assertion. Default: 300."),
        click.option("--scope", "scopes", multiple=True, help="A scope that its assertions give; repeatable."),
        click.option("--client", "clients", multiple=True, metavar="CLIENT_ID", help="An app that may use them; "
                     "repeatable. It needs the grant, and the scopes too."),
        click.option("--identifier", type=click.Choice(IDENTIFIERS), help="What it calls people by: their user name, "
                     "their verified email address, or their id here. Default: username."),
        click.option("--subject-claim", metavar="CLAIM", help="The claim with that. Default: sub."),
        click.option("--jwks-file", type=click.Path(path_type=Path), help="Its public keys, a JWK Set."),
        click.option("--jwks-uri", metavar="ADDRESS", help="The address of its JWK Set."),
    ):  # fmt: skip
        decorated = option(decorated)
    return decorated


@command.command(name="list")
@as_json
@pass_cli_context
def list_(work: CliContext, *, json_wanted: bool) -> None:
    """List all trusted issuers."""
    with work.database.read() as tx:
        rows = [{name: asdict(each)[name] for name in SHOWN} for each in tx.trusted_issuers.all()]
    print_rows(rows, ("issuer", "clients", "scopes"), json_wanted=json_wanted)


@command.command()
@click.argument("issuer")
@_options
@pass_cli_context
def add(work: CliContext, /, issuer: str, **given: Any) -> None:
    """Register an issuer by its `iss`."""
    wanted = trusted_issuers.from_options(TrustedIssuer(issuer), _values(given))
    with work.database.write() as tx:
        trusted_issuers.add(tx, COMMAND_LINE, wanted, own=work.settings.issuer)
    click.echo(f"Registered {issuer}.")


@command.command(name="set")
@click.argument("issuer")
@_options
@pass_cli_context
def set_(work: CliContext, /, issuer: str, **given: Any) -> None:
    """Change an issuer. A list that is given replaces the one before."""
    values = _values(given)
    with work.database.write() as tx:
        wanted = trusted_issuers.from_options(trusted_issuers.find(tx, issuer, lock=True), values)
        changed = trusted_issuers.change(tx, COMMAND_LINE, wanted, own=work.settings.issuer)
    click.echo(f"Changed: {', '.join(changed)}." if changed else "Nothing changed.")


@command.command()
@click.argument("issuer")
@assume_yes
@pass_cli_context
def remove(work: CliContext, issuer: str, *, yes: bool) -> None:
    """Remove an issuer; its assertions get no tokens any more, and its apps lose those they have."""
    if not yes:
        click.confirm(f"Remove {issuer}?", abort=True, err=True)
    with work.database.write() as tx:
        trusted_issuers.remove(tx, COMMAND_LINE, issuer)
    click.echo(f"Removed {issuer}.")


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given; raises `Refused` for a file that is no JWK Set."""
    values: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value
    }
    if "jwks_file" in values:
        values["jwks"] = read_jwks(values.pop("jwks_file"))
    return values
