"""APIs: `idp apis ...`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import click

from idp.admin import Refused, apis
from idp.admin.apis import ApiFields
from idp.admin.permissions import COMMAND_LINE
from idp.cli.context import CliContext, pass_cli_context
from idp.cli.output import as_json, assume_yes, print_json, print_rows

SHOWN = ("identifier", "name", "scopes", "exchange_clients", "access_token_lifetime")
SCOPE_HELP = "A scope and what people read about it, such as 'orders:read=Read your orders'; repeatable."


@click.group(name="apis")
def command() -> None:
    """APIs that tokens are meant for."""


def _options(decorated: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--access-token-lifetime", type=int, metavar="SECONDS", help="Tokens for it live no longer."),
        click.option(
            "--exchange-client",
            "exchange_clients",
            multiple=True,
            metavar="CLIENT_ID",
            help="An app that may exchange tokens of it (RFC 8693); repeatable.",
        ),
        click.option("--scope", "scopes", multiple=True, metavar="NAME=TITLE", help=SCOPE_HELP),
        click.option("--name", help="What people and administrators read."),
    ):
        decorated = option(decorated)
    return decorated


@command.command(name="list")
@as_json
@pass_cli_context
def list_(work: CliContext, *, json_wanted: bool) -> None:
    """List all APIs."""
    with work.database.read() as tx:
        rows = [{name: asdict(each)[name] for name in SHOWN} for each in tx.apis.all()]
    print_rows(rows, ("identifier", "name", "scopes"), json_wanted=json_wanted)


@command.command()
@click.argument("identifier")
@_options
@pass_cli_context
def add(work: CliContext, /, identifier: str, **given: Any) -> None:
    """Register an API under its identifier, an absolute URI; prints its secret."""
    fields = _with_options(ApiFields(identifier=identifier, name=identifier), given)
    with work.database.write() as tx:
        secret = apis.add(tx, COMMAND_LINE, fields, work.entropy, issuer=work.settings.issuer)
    click.echo(f"Registered {identifier}.", err=True)
    click.echo(secret)


@command.command(name="set")
@click.argument("identifier")
@_options
@pass_cli_context
def set_(work: CliContext, /, identifier: str, **given: Any) -> None:
    """Change an API. A list that is given replaces the one before."""
    with work.database.write() as tx:
        present = apis.fields_of(apis.find(tx, identifier, lock=True))
        changed = apis.change(tx, COMMAND_LINE, _with_options(present, given))
    click.echo(f"Changed: {', '.join(changed)}." if changed else "Nothing changed.")


@command.command()
@click.argument("identifier")
@pass_cli_context
def secret(work: CliContext, identifier: str) -> None:
    """Make a new secret for introspection and print it; the one before ends at once."""
    with work.database.write() as tx:
        click.echo(apis.make_secret(tx, COMMAND_LINE, identifier, work.entropy))


@command.command()
@click.argument("identifier")
@pass_cli_context
def metadata(work: CliContext, identifier: str) -> None:
    """Print the document that the API publishes about itself (RFC 9728)."""
    with work.database.read() as tx:
        document = apis.metadata_of(apis.find(tx, identifier), work.settings.issuer)
    click.echo(f"Publish this at {apis.metadata_address(identifier)}", err=True)
    print_json(document)


@command.command()
@click.argument("identifier")
@assume_yes
@pass_cli_context
def remove(work: CliContext, identifier: str, *, yes: bool) -> None:
    """Remove an API; no token for it is issued any more."""
    if not yes:
        click.confirm(f"Remove {identifier}?", abort=True, err=True)
    with work.database.write() as tx:
        apis.remove(tx, COMMAND_LINE, identifier)
    click.echo(f"Removed {identifier}.")


def _with_options(present: ApiFields, given: dict[str, Any]) -> ApiFields:
    """Return the fields with the options that were given; raises `Refused` for a scope without a title."""
    values = {name: value for name, value in given.items() if value not in (None, ())}
    if "scopes" in values:
        values["scopes"] = dict(_parse_scope(each) for each in values["scopes"])
    if "exchange_clients" in values:
        values["exchange_clients"] = list(values["exchange_clients"])
    return replace(present, **values)


def _parse_scope(text: str) -> tuple[str, str]:
    name, equals, title = text.partition("=")
    if not equals:
        raise Refused(f"A scope needs a title behind it, such as '{text}=What people read about it'.")
    return name.strip(), title.strip()
